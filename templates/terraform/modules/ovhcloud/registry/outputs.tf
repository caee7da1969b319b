output "exports" {
  description = "Addresses by repository."
  value = {
    repositories = { for name in var.spec.repositories : name => "${local.host}/${name}" }
  }
}
