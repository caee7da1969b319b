# Rendered by gen. Change the models, not this file.

module "ci" {
  source = "../../../../modules/stackit/ci"

  providers = {
    stackit     = stackit
    stackit.iam = stackit.iam
  }

  context   = var.context
  component = "ci"
  tags      = merge(var.tags["all"], var.tags["ci"])
  spec      = var.ci
}
