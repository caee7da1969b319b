# Granting roles is an experiment of the provider; only what grants some takes this alias.
provider "stackit" {
  alias          = "iam"
  default_region = var.context.region
  experiments    = ["iam"]
}
