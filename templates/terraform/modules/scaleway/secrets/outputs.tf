output "exports" {
  description = "The kind of store, the id of every secret by name, and for every name the rule of a policy that reads it."
  value = {
    store  = "scaleway-secret-manager"
    refs   = { for name, secret in scaleway_secret.this : name => secret.id }
    grants = { for name in keys(var.spec.names) : name => local.rule }
  }
}
