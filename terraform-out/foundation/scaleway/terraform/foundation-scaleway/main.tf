# Rendered by gen. Change the models, not this file.

module "account" {
  source = "../../../../modules/scaleway/account"

  context   = var.context
  component = "account"
  tags      = var.tags["account"]
  spec      = var.account
}

module "ci" {
  source = "../../../../modules/scaleway/ci"

  context   = var.context
  component = "ci"
  tags      = var.tags["ci"]
  spec      = var.ci
  state     = module.state.exports
}

module "state" {
  source = "../../../../modules/scaleway/state"

  context   = var.context
  component = "state"
  tags      = var.tags["state"]
  spec      = var.state
}
