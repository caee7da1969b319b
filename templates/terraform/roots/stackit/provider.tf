# Whoever runs this is known by environment variables: STACKIT_USE_OIDC and STACKIT_SERVICE_ACCOUNT_EMAIL in CI.
provider "stackit" {
  default_region = var.context.region
}
