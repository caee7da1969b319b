# Rendered by gen. Change the models, not this file.

output "exports" {
  description = "What this root hands on, by component."
  value = {
    ci    = module.ci.exports
    state = module.state.exports
  }
}
