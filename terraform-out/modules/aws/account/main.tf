# What holds for the account as a whole, whoever deploys into it.

locals {
  # One tag per budget: whether values of two tags have to match both or either is nothing to leave to chance.
  # The stack goes first, because an account rarely holds it twice. join, because "$" and a brace would be a template.
  filters = {
    for name, budget in var.spec.budgets : name =>
    budget.stack != null ? join("$", ["user:stack", budget.stack]) : budget.environment != null ? join("$", ["user:environment", budget.environment]) : null
  }
}

resource "aws_s3_account_public_access_block" "this" {
  account_id              = var.context.account
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_ebs_encryption_by_default" "this" {
  enabled = true
}

# A key of the account's own for disks that name none: one that can be audited and revoked, unlike AWS's.
resource "aws_kms_key" "disks" {
  description             = "Disks of ${var.context.name} that name no key"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = local.disk_key_policy
  tags                    = merge(var.tags, { Name = "${var.context.name}-disks" })

  # Disks and snapshots are lost with it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "disks" {
  name          = "alias/${var.context.name}-disks"
  target_key_id = aws_kms_key.disks.key_id
}

resource "aws_ebs_default_kms_key" "this" {
  key_arn = aws_kms_key.disks.arn
}

resource "aws_ec2_image_block_public_access" "this" {
  state = "block-new-sharing"
}

resource "aws_ebs_snapshot_block_public_access" "this" {
  state = "block-all-sharing"
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_endpoint               = "enabled"
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
  instance_metadata_tags      = "disabled"
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length        = 20
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  allow_users_to_change_password = true
  password_reuse_prevention      = 24
  max_password_age               = 90
}

resource "aws_accessanalyzer_analyzer" "this" {
  analyzer_name = var.context.name
  type          = "ACCOUNT"
  tags          = merge(var.tags, { Name = var.context.name })
}

resource "aws_budgets_budget" "this" {
  for_each = var.spec.budgets

  name         = each.key
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(each.value.amount)
  limit_unit   = each.value.currency
  tags         = merge(var.tags, { Name = each.key })

  # Tags count only once they were activated for cost allocation in the billing console.
  dynamic "cost_filter" {
    for_each = local.filters[each.key] == null ? [] : [local.filters[each.key]]

    content {
      name   = "TagKeyValue"
      values = [cost_filter.value]
    }
  }

  dynamic "notification" {
    for_each = toset([for share in each.value.alert_at : tostring(share)])

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = "ACTUAL"
      threshold                  = tonumber(notification.value)
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.spec.alert_emails
    }
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "FORECASTED"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.spec.alert_emails
  }
}
