# Rendered by gen. Change the models, not this file.

module "cluster" {
  source = "../../../../modules/aws/cluster"

  context   = var.context
  component = "cluster"
  tags      = var.tags["cluster"]
  spec      = var.cluster
  grants = {
    db        = var.upstream.db.grants
    evidence  = var.upstream.evidence.grants
    secrets   = var.upstream.secrets.grants
    telemetry = module.telemetry.exports.grants
  }
  keys    = var.upstream.keys
  network = var.upstream.network
}

module "registry" {
  source = "../../../../modules/aws/registry"

  context   = var.context
  component = "registry"
  tags      = var.tags["registry"]
  spec      = var.registry
  keys      = var.upstream.keys
}

module "telemetry" {
  source = "../../../../modules/aws/telemetry"

  context   = var.context
  component = "telemetry"
  tags      = var.tags["telemetry"]
  spec      = var.telemetry
  keys      = var.upstream.keys
}
