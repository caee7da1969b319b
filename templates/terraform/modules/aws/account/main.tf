# What holds for the account as a whole, whoever deploys into it.

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
    for_each = each.value.stack == null ? [] : [each.value]

    content {
      name   = "TagKeyValue"
      values = [join("$", ["user:stack", cost_filter.value.stack])]
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
