# The data bucket. A write-once bucket is a resource of its own, because prevent_destroy has to be literal; everything else
# treats the two alike.

locals {
  worm = var.spec.worm != null

  # Names of buckets are unique among all customers, hence the start of the project's id; 63 characters are all that one has.
  name = "${var.context.name}-${var.component}-${split("-", var.context.account)[0]}"
  tags = var.tags

  # Object Storage wants the id of a key without its region.
  key_id = reverse(split("/", var.keys == null ? one(scaleway_key_manager_key.own[*].id) : var.keys.ids["objects"]))[0]

  # Objects that are read now and then stay where they are: Scaleway's cheaper class for them lies in one zone, and Glacier
  # has to be restored before it is read. Glacier is in Paris whatever the bucket's region, so only buckets there use it.
  frozen = [for tier in var.spec.tiers : tier if tier.class == "frozen" && var.context.region == "fr-par"]
}

# Keys that another provider makes open nothing here, so then the bucket has one of its own.
resource "scaleway_key_manager_key" "own" {
  count = var.keys == null ? 1 : 0

  name        = "${var.context.name}-${var.component}"
  description = "Objects of ${local.name}"
  usage       = "symmetric_encryption"
  algorithm   = "aes_256_gcm"
  unprotected = false
  project_id  = var.context.account
  region      = var.context.region
  tags        = [for key, value in local.tags : "${key}=${value}"]

  rotation_policy {
    rotation_period = "8760h"
  }

  # Without the key no object can be read.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket" "plain" {
  count = local.worm ? 0 : 1

  name          = local.name
  force_destroy = false
  project_id    = var.context.account
  region        = var.context.region
  tags          = local.tags

  versioning {
    enabled = var.spec.versioning
  }

  lifecycle_rule {
    id                                     = "abandoned-uploads"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7
  }

  dynamic "lifecycle_rule" {
    for_each = local.frozen

    content {
      id      = "tiers"
      enabled = true

      transition {
        days          = lifecycle_rule.value.after_days
        storage_class = "GLACIER"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.spec.expire_days == null ? [] : [var.spec.expire_days]

    content {
      id      = "expiry"
      enabled = true

      expiration {
        days = lifecycle_rule.value
      }
    }
  }

  # A lock is stronger than the lifecycle: versions under retention or legal hold stay.
  dynamic "lifecycle_rule" {
    for_each = var.spec.versioning ? [var.spec.noncurrent_days] : []

    content {
      id      = "old-versions"
      enabled = true

      noncurrent_version_expiration {
        noncurrent_days = lifecycle_rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  # Browsers use signed addresses: no other method, no other header than S3 needs.
  dynamic "cors_rule" {
    for_each = length(var.spec.cors_origins) > 0 ? [var.spec.cors_origins] : []

    content {
      allowed_origins = cors_rule.value
      allowed_methods = ["GET", "HEAD", "PUT"]
      allowed_headers = ["content-disposition", "content-md5", "content-type", "if-none-match", "range", "x-amz-*"]
      expose_headers  = ["ETag", "x-amz-version-id"]
      max_age_seconds = 3600
    }
  }
}

resource "scaleway_object_bucket" "worm" {
  count = local.worm ? 1 : 0

  name                = local.name
  object_lock_enabled = true
  force_destroy       = false # it would take locked objects with it
  project_id          = var.context.account
  region              = var.context.region
  tags                = local.tags

  versioning {
    enabled = true
  }

  lifecycle_rule {
    id                                     = "abandoned-uploads"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7
  }

  dynamic "lifecycle_rule" {
    for_each = local.frozen

    content {
      id      = "tiers"
      enabled = true

      transition {
        days          = lifecycle_rule.value.after_days
        storage_class = "GLACIER"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.spec.expire_days == null ? [] : [var.spec.expire_days]

    content {
      id      = "expiry"
      enabled = true

      expiration {
        days = lifecycle_rule.value
      }
    }
  }

  # A lock is stronger than the lifecycle: versions under retention or legal hold stay.
  dynamic "lifecycle_rule" {
    for_each = var.spec.versioning ? [var.spec.noncurrent_days] : []

    content {
      id      = "old-versions"
      enabled = true

      noncurrent_version_expiration {
        noncurrent_days = lifecycle_rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  # Browsers use signed addresses: no other method, no other header than S3 needs.
  dynamic "cors_rule" {
    for_each = length(var.spec.cors_origins) > 0 ? [var.spec.cors_origins] : []

    content {
      allowed_origins = cors_rule.value
      allowed_methods = ["GET", "HEAD", "PUT"]
      allowed_headers = ["content-disposition", "content-md5", "content-type", "if-none-match", "range", "x-amz-*"]
      expose_headers  = ["ETag", "x-amz-version-id"]
      max_age_seconds = 3600
    }
  }

  # Evidence: nothing in the stack may ask for its removal.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket_lock_configuration" "this" {
  count = local.worm ? 1 : 0

  bucket     = scaleway_object_bucket.worm[0].name
  project_id = var.context.account
  region     = var.context.region

  rule {
    default_retention {
      mode = upper(var.spec.worm.mode)
      days = var.spec.worm.retain_days
    }
  }
}

resource "scaleway_object_bucket_acl" "this" {
  bucket     = local.worm ? scaleway_object_bucket.worm[0].name : scaleway_object_bucket.plain[0].name
  acl        = "private"
  project_id = var.context.account
  region     = var.context.region
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "this" {
  bucket     = local.worm ? scaleway_object_bucket.worm[0].name : scaleway_object_bucket.plain[0].name
  project_id = var.context.account
  region     = var.context.region

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = local.key_id
    }
  }
}

# The second copy that was asked for is not to be had. A warning, not a refusal: whether that loss is acceptable was decided
# where the environment was planned.
check "replication" {
  assert {
    condition     = !var.spec.replicate
    error_message = "Scaleway replicates no buckets: copy the objects to another region or provider, by a job of your own, into a bucket with the same lock."
  }
}
