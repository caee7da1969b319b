output "exports" {
  description = "Where and how to connect, which secret holds the administrator's password, what to restore from, and the policies that let a workload connect."
  value = {
    host      = aws_db_instance.this.address
    port      = local.port
    major     = var.spec.major
    databases = var.spec.databases
    tls       = "verify-full"
    admin_ref = aws_db_instance.this.master_user_secret[0].secret_arn
    # The copy survives the region, so it is preferred; without one, the instance itself.
    backup_ref = one(concat(aws_db_instance_automated_backups_replication.this[*].id, var.spec.backup_copy ? [] : [aws_db_instance.this.arn]))
    grants     = local.grants
  }
}
