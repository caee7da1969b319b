# Rendered by gen. Change the models, not this file.

module "edge" {
  source = "../../../../modules/aws/edge"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  context   = var.context
  component = "edge"
  tags      = var.tags["edge"]
  spec      = var.edge
  cluster   = var.upstream.cluster
  keys      = var.upstream.keys
  network   = var.upstream.network
}
