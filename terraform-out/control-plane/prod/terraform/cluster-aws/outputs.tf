# Rendered by gen. Change the models, not this file.

output "exports" {
  description = "What this root hands on, by component."
  value = {
    cluster   = module.cluster.exports
    registry  = module.registry.exports
    telemetry = module.telemetry.exports
  }
}
