provider "aws" {
  region              = var.context.region
  allowed_account_ids = [var.context.account]

  default_tags {
    tags = var.tags["all"]
  }
}
