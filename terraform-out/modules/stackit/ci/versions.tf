terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    stackit = {
      source                = "stackitcloud/stackit"
      version               = "0.113.0"
      configuration_aliases = [stackit.iam]
    }
  }
}
