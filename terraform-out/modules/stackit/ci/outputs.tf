output "exports" {
  description = "roles: environment to the e-mail addresses of the service accounts that plan and apply it. There are no permission boundaries at STACKIT."
  value = {
    roles = {
      for name in keys(var.spec.environments) : name => {
        plan  = stackit_service_account.this["${name}-plan"].email
        apply = stackit_service_account.this["${name}-apply"].email
      }
    }
    boundary = null
  }
}
