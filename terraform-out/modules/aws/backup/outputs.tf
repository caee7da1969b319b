output "exports" {
  description = "Names of the vault and of the vault in the replica region (null without copies)."
  value = {
    vault      = aws_backup_vault.this.name
    copy_vault = one(aws_backup_vault.copy[*].name)
  }
}
