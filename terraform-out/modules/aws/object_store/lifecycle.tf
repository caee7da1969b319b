# Lifecycle of the data. Replication does not carry these actions, so the replica has the same rules.

locals {
  storage_classes = {
    warm   = "STANDARD_IA"
    cold   = "GLACIER_IR"
    frozen = "DEEP_ARCHIVE"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  #checkov:skip=CKV_AWS_300:the rule abandoned-uploads does this; beside dynamic rules the check does not see it
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = length(var.spec.tiers) > 0 ? [var.spec.tiers] : []

    content {
      id     = "tiers"
      status = "Enabled"

      filter {}

      dynamic "transition" {
        for_each = rule.value

        content {
          days          = transition.value.after_days
          storage_class = local.storage_classes[transition.value.class]
        }
      }
    }
  }

  dynamic "rule" {
    for_each = var.spec.expire_days == null ? [] : [var.spec.expire_days]

    content {
      id     = "expiry"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  # A lock is stronger than the lifecycle: versions under retention or legal hold stay.
  dynamic "rule" {
    for_each = var.spec.versioning ? [var.spec.noncurrent_days] : []

    content {
      id     = "old-versions"
      status = "Enabled"

      filter {}

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  #checkov:skip=CKV_AWS_300:the rule abandoned-uploads does this; beside dynamic rules the check does not see it
  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = length(var.spec.tiers) > 0 ? [var.spec.tiers] : []

    content {
      id     = "tiers"
      status = "Enabled"

      filter {}

      dynamic "transition" {
        for_each = rule.value

        content {
          days          = transition.value.after_days
          storage_class = local.storage_classes[transition.value.class]
        }
      }
    }
  }

  dynamic "rule" {
    for_each = var.spec.expire_days == null ? [] : [var.spec.expire_days]

    content {
      id     = "expiry"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  # A lock is stronger than the lifecycle: versions under retention or legal hold stay.
  dynamic "rule" {
    for_each = var.spec.versioning ? [var.spec.noncurrent_days] : []

    content {
      id     = "old-versions"
      status = "Enabled"

      filter {}

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.replica]
}
