# Empty secrets: name, key, policy and copy. Values come from people or from rotation, so that none
# is ever in the code, the plan or the state.

locals {
  names = { for name in keys(var.spec.names) : name => "${var.context.stack}/${var.context.environment}/${name}" }

  # Secrets Manager ends the ARN with a hyphen and six characters of its own. The pattern matches
  # no other name, is known in a plan, and still fits when a secret is made anew.
  arns = {
    for name, full in local.names :
    name => "arn:aws:secretsmanager:${var.context.region}:${var.context.account}:secret:${full}-??????"
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = var.spec.names

  #checkov:skip=CKV2_AWS_57:values come from people or from the workload's own rotation; there is no function here that could rotate them
  name                    = local.names[each.key]
  description             = "${each.value.purpose} (JSON with ${join(", ", each.value.keys)})"
  kms_key_id              = var.keys.ids["secrets"]
  recovery_window_in_days = var.spec.recovery_days

  dynamic "replica" {
    for_each = var.spec.replicate ? [var.context.replica_region] : []

    content {
      region     = replica.value
      kms_key_id = var.keys.replica_ids["secrets"]
    }
  }

  tags = var.tags
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_arn          = each.value.arn
  policy              = local.resource_policy
  block_public_policy = true
}
