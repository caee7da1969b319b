locals {
  endpoint = one([for endpoint in ovh_cloud_project_database.this.endpoints : endpoint if endpoint.component == "postgresql"])
}

output "exports" {
  description = "How to reach the database, whose password to reset, and what a restore starts from. There are no policies: users of the database have passwords."
  value = {
    host       = local.endpoint.domain
    port       = local.endpoint.port
    major      = var.spec.major
    databases  = var.spec.databases
    tls        = "require"
    admin_ref  = "ovhcloud:/cloud/project/${var.context.account}/database/postgresql/${ovh_cloud_project_database.this.id}/user/avnadmin"
    backup_ref = ovh_cloud_project_database.this.id
    grants     = {}
  }
}
