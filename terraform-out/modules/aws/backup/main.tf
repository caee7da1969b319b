# A vault here, one in the replica region, and a daily plan that takes what the stack tags for it.

locals {
  name = "${var.context.name}-${var.component}"

  # Development may tidy up by hand; elsewhere a backup goes when its time is over and not before.
  guarded = var.context.protected || var.spec.lock.enabled
}

resource "aws_backup_vault" "this" {
  name        = local.name
  kms_key_arn = var.keys.ids["backup"]

  tags = var.tags
}

# Once grace_days are over nobody can remove the lock, AWS included; the vault then outlives the stack
# until its last backup expires.
resource "aws_backup_vault_lock_configuration" "this" {
  count = var.spec.lock.enabled ? 1 : 0

  backup_vault_name   = aws_backup_vault.this.name
  changeable_for_days = var.spec.lock.grace_days
  min_retention_days  = var.spec.lock.min_days
  max_retention_days  = var.spec.lock.max_days
}

resource "aws_backup_vault_policy" "this" {
  count = local.guarded ? 1 : 0

  backup_vault_name = aws_backup_vault.this.name
  policy            = local.vault_policy
}

# The same name as the original: the region tells them apart, and names end at 50 characters.
resource "aws_backup_vault" "copy" {
  count    = var.spec.copy ? 1 : 0
  provider = aws.replica

  name        = local.name
  kms_key_arn = var.keys.replica_ids["backup"]

  tags = var.tags
}

resource "aws_backup_vault_lock_configuration" "copy" {
  count    = var.spec.copy && var.spec.lock.enabled ? 1 : 0
  provider = aws.replica

  backup_vault_name   = aws_backup_vault.copy[0].name
  changeable_for_days = var.spec.lock.grace_days
  min_retention_days  = var.spec.lock.min_days
  max_retention_days  = var.spec.lock.max_days
}

resource "aws_backup_vault_policy" "copy" {
  count    = var.spec.copy && local.guarded ? 1 : 0
  provider = aws.replica

  backup_vault_name = aws_backup_vault.copy[0].name
  policy            = local.vault_policy
}

resource "aws_backup_plan" "this" {
  name = local.name

  rule {
    rule_name                    = "daily"
    target_vault_name            = aws_backup_vault.this.name
    schedule                     = var.spec.schedule
    schedule_expression_timezone = "Etc/UTC"
    # Minutes. A backup that has not begun within two hours is reported, not queued behind the next.
    start_window      = 120
    completion_window = 720
    # Backups have to be found by their owner, too.
    recovery_point_tags = merge(var.tags, { stack = var.context.stack, environment = var.context.environment })

    lifecycle {
      delete_after = var.spec.retain_days
    }

    dynamic "copy_action" {
      for_each = aws_backup_vault.copy

      content {
        destination_vault_arn = copy_action.value.arn

        lifecycle {
          delete_after = var.spec.retain_days
        }
      }
    }
  }

  tags = var.tags

  # A lock on a vault that already holds other retentions would come too late.
  depends_on = [
    aws_backup_vault_lock_configuration.copy,
    aws_backup_vault_lock_configuration.this,
  ]
}

# Conditions have to hold together; a list of selection tags would take whatever has any one of them.
# Naming the types makes them count whatever the account's opt-in settings say.
resource "aws_backup_selection" "this" {
  name         = local.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn

  resources = [
    "arn:aws:rds:${var.context.region}:${var.context.account}:db:*",
    "arn:aws:s3:::*",
  ]

  condition {
    string_equals {
      key   = "aws:ResourceTag/stack"
      value = var.context.stack
    }

    string_equals {
      key   = "aws:ResourceTag/environment"
      value = var.context.environment
    }

    string_equals {
      key   = "aws:ResourceTag/backup"
      value = "daily"
    }
  }

  # AWS Backup tries the role when the selection is made.
  depends_on = [aws_iam_role_policy_attachment.this]
}
