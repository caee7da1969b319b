provider "aws" {
  alias               = "replica"
  region              = var.context.replica_region
  allowed_account_ids = [var.context.account]

  default_tags {
    tags = var.tags["all"]
  }
}
