output "exports" {
  description = "Where the database is, which databases it has, where its administrator's secret is kept, and what a restore starts from. It knows no identities of IAM, so there is nothing to grant."
  value = {
    host       = one(scaleway_rdb_instance.this.private_network).ip
    port       = one(scaleway_rdb_instance.this.private_network).port
    major      = var.spec.major
    databases  = var.spec.databases
    tls        = "verify-ca"
    admin_ref  = scaleway_secret.admin.id
    backup_ref = scaleway_rdb_instance.this.id
    grants     = {}
  }

  # Whoever connects finds the databases.
  depends_on = [scaleway_rdb_acl.this, scaleway_rdb_database.this]
}
