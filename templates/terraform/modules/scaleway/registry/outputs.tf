output "exports" {
  description = "Addresses by repository."
  value = {
    repositories = local.addresses
  }
  depends_on = [scaleway_registry_namespace.this]
}
