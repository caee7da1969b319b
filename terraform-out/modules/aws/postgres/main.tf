# One PostgreSQL instance, with a standby in another zone when high_availability is set.

locals {
  identifier = "${var.context.name}-${var.component}"
  port       = 5432

  # RDS makes these groups itself when they are missing: unencrypted and kept for ever.
  log_exports = toset(["postgresql", "upgrade"])
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_293:Protected environments have it; in the others prevent_destroy keeps Terraform from it, and people may.
  #checkov:skip=CKV_AWS_157:The tier asks for a standby: staging and production have one, development does without.
  #checkov:skip=CKV2_AWS_69:the parameter group sets rds.force_ssl = 1 in a dynamic block, which the check cannot read
  identifier = local.identifier

  engine                      = "postgres"
  engine_version              = tostring(var.spec.major)
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false
  # The default, open-source-rds-extended-support, runs into a paid state when a version's support ends.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"
  instance_class           = var.spec.size.instance_class
  parameter_group_name     = aws_db_parameter_group.this.name

  # The API makes one database; a migration job makes the rest.
  db_name  = var.spec.databases[0]
  username = "dbadmin"
  port     = local.port

  # RDS creates and rotates the password in Secrets Manager: it is never in the state.
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.keys.ids["secrets"]
  iam_database_authentication_enabled = true

  storage_type      = "gp3"
  allocated_storage = var.spec.size.storage_gib
  # 0 switches growth off; AWS refuses a ceiling at the size itself.
  max_allocated_storage = var.spec.size.max_storage_gib > var.spec.size.storage_gib ? var.spec.size.max_storage_gib : 0
  storage_encrypted     = true
  kms_key_id            = var.keys.ids["database"]

  multi_az               = var.spec.high_availability
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  # UTC. The windows must not overlap, and AWS Backup has to begin after them.
  backup_retention_period   = var.spec.pitr_days
  backup_window             = "01:30-02:30"
  maintenance_window        = "sun:03:00-sun:04:00"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = !var.context.protected
  deletion_protection       = var.context.protected
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.identifier}-final"
  apply_immediately         = !var.context.protected

  enabled_cloudwatch_logs_exports       = local.log_exports
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.keys.ids["database"]
  performance_insights_retention_period = 7

  # AWS Backup selects by this tag.
  tags = merge(var.tags, { backup = "daily" })

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy_attachment.monitoring,
  ]

  lifecycle {
    prevent_destroy = true
    # Only the first apply makes a database. Another order of the names would replace the instance.
    ignore_changes = [db_name]
  }
}

# Point-in-time recovery in the replica region: snapshots and transaction logs, under the key there.
resource "aws_db_instance_automated_backups_replication" "this" {
  count    = var.spec.backup_copy ? 1 : 0
  provider = aws.replica

  source_db_instance_arn = aws_db_instance.this.arn
  kms_key_id             = var.keys.replica_ids["database"]
  retention_period       = var.spec.pitr_days
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_exports

  #checkov:skip=CKV_AWS_338:retention is a decision of the environment (spec.log_days), validated to be finite; development keeps less than a year
  name              = "/aws/rds/instance/${local.identifier}/${each.key}"
  retention_in_days = var.spec.log_days
  kms_key_id        = var.keys.ids["logs"]

  tags = var.tags
}
