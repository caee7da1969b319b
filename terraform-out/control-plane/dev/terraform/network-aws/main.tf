# Rendered by gen. Change the models, not this file.

module "network" {
  source = "../../../../modules/aws/network"

  context   = var.context
  component = "network"
  tags      = var.tags["network"]
  spec      = var.network
}
