# One customer-managed key per purpose, so that access to one kind of data never opens another.
# A purpose with `replica` gets a multi-region key: its replica shares the key material, so that a
# copy can be read in the replica region when this one is gone.

locals {
  prefix   = "${var.context.name}-${var.component}"
  replicas = { for purpose, key in var.spec.purposes : purpose => key if key.replica }
}

resource "aws_kms_key" "this" {
  for_each = var.spec.purposes

  description             = "${local.prefix}: ${each.key}"
  enable_key_rotation     = true
  rotation_period_in_days = each.value.rotation_days
  deletion_window_in_days = each.value.deletion_days
  multi_region            = each.value.replica
  policy                  = local.policies[each.key]

  tags = var.tags

  # Whatever a key encrypted is lost with it, backups included.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  for_each = var.spec.purposes

  name          = "alias/${local.prefix}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

# Rotation follows the primary key; policy, alias and deletion window are the replica's own.
resource "aws_kms_replica_key" "this" {
  for_each = local.replicas
  provider = aws.replica

  description             = "${local.prefix}: ${each.key}, replica of ${var.context.region}"
  primary_key_arn         = aws_kms_key.this[each.key].arn
  deletion_window_in_days = each.value.deletion_days
  policy                  = local.replica_policies[each.key]

  tags = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "replica" {
  for_each = local.replicas
  provider = aws.replica

  name          = "alias/${local.prefix}-${each.key}"
  target_key_id = aws_kms_replica_key.this[each.key].key_id
}
