terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
      # Secrets Manager copies a secret itself, so no resource uses the alias; the interface has every module of this kind take it.
      configuration_aliases = [aws.replica]
    }
  }
}
