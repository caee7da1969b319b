# Rendered by gen. Change the models, not this file.

provider "aws" {
  region              = var.context.region
  allowed_account_ids = [var.context.account]

  default_tags {
    tags = var.tags["all"]
  }
}

# CloudFront takes certificates and web ACLs from this region only.
provider "aws" {
  alias               = "global"
  region              = "us-east-1"
  allowed_account_ids = [var.context.account]

  default_tags {
    tags = var.tags["all"]
  }
}
