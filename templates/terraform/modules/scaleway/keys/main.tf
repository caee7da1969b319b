# One key of the customer per purpose, so that access to one kind of data never opens another. A purpose with `replica` has
# a second key in the replica region: Key Manager's keys do not leave their region, so it has material of its own.

locals {
  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  prefix   = "${var.context.name}-${var.component}"
  replicas = { for purpose, key in var.spec.purposes : purpose => key if key.replica }
}

resource "scaleway_key_manager_key" "this" {
  for_each = var.spec.purposes

  name        = "${local.prefix}-${each.key}"
  description = "${local.prefix}: ${each.key}"
  usage       = "symmetric_encryption"
  algorithm   = "aes_256_gcm"
  unprotected = false
  project_id  = var.context.account
  region      = var.context.region
  tags        = local.tags

  rotation_policy {
    rotation_period = "${each.value.rotation_days * 24}h"
  }

  # Whatever a key encrypted is lost with it, backups included.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_key_manager_key" "replica" {
  for_each = local.replicas

  name        = "${local.prefix}-${each.key}"
  description = "${local.prefix}: ${each.key}, for copies out of ${var.context.region}"
  usage       = "symmetric_encryption"
  algorithm   = "aes_256_gcm"
  unprotected = false
  project_id  = var.context.account
  region      = var.context.replica_region
  tags        = local.tags

  rotation_policy {
    rotation_period = "${each.value.rotation_days * 24}h"
  }

  lifecycle {
    prevent_destroy = true
  }
}
