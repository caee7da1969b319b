# Scaleway has no service that takes backups of everything. This is the place that copies go to, out of reach of whoever can
# delete the originals: a write-once bucket, in the replica region when that is asked for.

locals {
  region = var.spec.copy ? var.context.replica_region : var.context.region

  # Names of buckets are unique among all customers, hence the start of the project's id.
  name = "${var.context.name}-${var.component}-${split("-", var.context.account)[0]}"
  tags = var.tags

  # A key encrypts in its own region only. Object Storage wants its id without the region.
  key_id = reverse(split("/", var.keys == null ? one(scaleway_key_manager_key.own[*].id) : (var.spec.copy ? var.keys.replica_ids : var.keys.ids)["backup"]))[0]
}

# Keys that another provider makes open nothing here, so then the bucket has one of its own.
resource "scaleway_key_manager_key" "own" {
  count = var.keys == null ? 1 : 0

  name        = "${var.context.name}-${var.component}"
  description = "Copies in ${local.name}"
  usage       = "symmetric_encryption"
  algorithm   = "aes_256_gcm"
  unprotected = false
  project_id  = var.context.account
  region      = local.region
  tags        = [for key, value in local.tags : "${key}=${value}"]

  rotation_policy {
    rotation_period = "8760h"
  }

  # Without the key no copy can be read.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket" "this" {
  name = local.name
  # On from the start, because the provider sends people to the support for a bucket that exists; without a default retention
  # it locks nothing.
  object_lock_enabled = true
  force_destroy       = false # it would take locked copies with it
  project_id          = var.context.account
  region              = local.region
  tags                = local.tags

  versioning {
    enabled = true
  }

  # Current copies are removed by the tool that wrote them, which alone knows what still hangs together. What it removed, or
  # somebody else did, can be had back as long as a copy is kept.
  lifecycle_rule {
    id                                     = "old-versions"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7

    noncurrent_version_expiration {
      noncurrent_days = var.spec.retain_days
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket_lock_configuration" "this" {
  count = var.spec.lock.enabled ? 1 : 0

  bucket     = scaleway_object_bucket.this.name
  project_id = var.context.account
  region     = local.region

  rule {
    default_retention {
      # At Scaleway everybody with rights on the bucket can alter the settings of a governance lock.
      mode = "COMPLIANCE"
      days = var.spec.retain_days
    }
  }
}

resource "scaleway_object_bucket_acl" "this" {
  bucket     = scaleway_object_bucket.this.name
  acl        = "private"
  project_id = var.context.account
  region     = local.region
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "this" {
  bucket     = scaleway_object_bucket.this.name
  project_id = var.context.account
  region     = local.region

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.key_id
    }
  }
}
