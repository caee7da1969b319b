# Rendered by gen. Change the models, not this file.

output "exports" {
  description = "What this root hands on, by component."
  value = {
    backup   = module.backup.exports
    db       = module.db.exports
    evidence = module.evidence.exports
    keys     = module.keys.exports
    secrets  = module.secrets.exports
  }
}
