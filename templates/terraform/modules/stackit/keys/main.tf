# One key per purpose, so that who may use one kind of data never opens another. The provider removes neither a ring nor a
# key at once: a ring stays, a key is scheduled for deletion.

locals {
  prefix = "${var.context.name}-${var.component}"
}

resource "stackit_kms_keyring" "this" {
  project_id   = var.context.account
  display_name = local.prefix
  description  = "Keys of ${var.context.stack}/${var.context.environment}, made by gen"

  # Terraform would forget it and leave it: a second ring of the same name is no way back to its keys.
  lifecycle {
    prevent_destroy = true
  }
}

resource "stackit_kms_key" "this" {
  for_each = var.spec.purposes

  project_id   = var.context.account
  keyring_id   = stackit_kms_keyring.this.keyring_id
  display_name = "${local.prefix}-${each.key}"
  description  = "Data of the kind ${each.key}"
  algorithm    = "aes_256_gcm"
  purpose      = "symmetric_encrypt_decrypt"
  protection   = "software"
  access_scope = "PUBLIC"
  import_only  = false

  # Whatever a key encrypted is lost with it, backups included.
  lifecycle {
    prevent_destroy = true
  }
}
