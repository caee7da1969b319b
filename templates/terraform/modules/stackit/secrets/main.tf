locals {
  name   = "${var.context.name}-${var.component}"
  own    = var.keys == null ? 1 : 0
  digest = substr(sha256(local.name), 0, 4)

  ring = var.keys == null ? one(stackit_kms_keyring.own[*].keyring_id) : split(",", var.keys.ids["secrets"])[2]
  key  = var.keys == null ? one(stackit_kms_key.own[*].key_id) : split(",", var.keys.ids["secrets"])[3]
}

resource "stackit_kms_keyring" "own" {
  count = local.own

  project_id   = var.context.account
  display_name = local.name
  description  = "Key of the secrets of ${var.context.stack}/${var.context.environment}, made by gen"

  lifecycle {
    prevent_destroy = true
  }
}

resource "stackit_kms_key" "own" {
  count = local.own

  project_id   = var.context.account
  keyring_id   = one(stackit_kms_keyring.own[*].keyring_id)
  display_name = local.name
  description  = "Values of secrets"
  algorithm    = "aes_256_gcm"
  purpose      = "symmetric_encrypt_decrypt"
  protection   = "software"
  access_scope = "PUBLIC"
  import_only  = false

  # The values are lost with it.
  lifecycle {
    prevent_destroy = true
  }
}

# Secrets Manager uses the key as this account, which nobody enters: it has no key and trusts no issuer.
resource "stackit_service_account" "kms" {
  project_id = var.context.account
  name       = "${trimsuffix(substr(replace(var.component, "/-+/", "-"), 0, 11), "-")}-kms-${local.digest}"
}

resource "stackit_authorization_project_role_assignment" "kms" {
  provider = stackit.iam

  resource_id = var.context.account
  role        = "kms.admin"
  subject     = stackit_service_account.kms.email
}

resource "stackit_secretsmanager_instance" "this" {
  project_id = var.context.account
  name       = local.name

  # The service has a public address; this list is what closes it. An empty one would say nothing, so the network's own range is always there.
  acls = distinct(concat([var.network.cidr], [for address in var.network.egress_addresses : "${address}/32"]))

  kms_key = {
    key_ring_id           = local.ring
    key_id                = local.key
    key_version           = 1
    service_account_email = stackit_service_account.kms.email
  }

  depends_on = [stackit_authorization_project_role_assignment.kms]

  lifecycle {
    prevent_destroy = true
  }
}
