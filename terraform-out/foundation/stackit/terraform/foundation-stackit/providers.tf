# Rendered by gen. Change the models, not this file.

# Whoever runs this is known by environment variables: STACKIT_USE_OIDC and STACKIT_SERVICE_ACCOUNT_EMAIL in CI.
provider "stackit" {
  default_region = var.context.region
}

# Granting roles is an experiment of the provider; only what grants some takes this alias.
provider "stackit" {
  alias          = "iam"
  default_region = var.context.region
  experiments    = ["iam"]
}
