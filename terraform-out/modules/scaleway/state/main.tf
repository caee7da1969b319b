# The bucket that roots keep their state in. Who reads and writes which state is said by the bucket policy of `ci`, which
# knows the applications.

locals {
  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  # Backends find the bucket by this name. Names are unique among all customers, hence the start of the project's id.
  name = "${var.context.name}-${var.component}-${split("-", var.context.account)[0]}"
}

resource "scaleway_key_manager_key" "this" {
  name        = "${var.context.name}-${var.component}"
  description = "Terraform state of ${var.context.name}"
  usage       = "symmetric_encryption"
  algorithm   = "aes_256_gcm"
  unprotected = false
  project_id  = var.context.account
  region      = var.context.region
  tags        = local.tags

  rotation_policy {
    rotation_period = "8760h"
  }

  # Without the key no state can be read.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket" "this" {
  name          = local.name
  force_destroy = false
  project_id    = var.context.account
  region        = var.context.region
  tags          = var.tags

  versioning {
    enabled = true
  }

  # The ten newest old versions stay whatever their age: a root that changes once a year can go back too.
  # Lock objects end up here as well, because a filter cannot tell them apart by the end of their name.
  lifecycle_rule {
    id                                     = "old-versions"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7

    noncurrent_version_expiration {
      noncurrent_days           = var.spec.noncurrent_days
      newer_noncurrent_versions = 10
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket_acl" "this" {
  bucket     = scaleway_object_bucket.this.name
  acl        = "private"
  project_id = var.context.account
  region     = var.context.region
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "this" {
  bucket     = scaleway_object_bucket.this.name
  project_id = var.context.account
  region     = var.context.region

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
      # Object Storage wants the id of a key without its region.
      kms_master_key_id = reverse(split("/", scaleway_key_manager_key.this.id))[0]
    }
  }
}
