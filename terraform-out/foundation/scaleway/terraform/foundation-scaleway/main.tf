# Rendered by gen. Change the models, not this file.

module "ci" {
  source = "../../../../modules/scaleway/ci"

  context   = var.context
  component = "ci"
  tags      = merge(var.tags["all"], var.tags["ci"])
  spec      = var.ci
  state     = module.state.exports
}

module "state" {
  source = "../../../../modules/scaleway/state"

  context   = var.context
  component = "state"
  tags      = merge(var.tags["all"], var.tags["state"])
  spec      = var.state
}
