locals {
  trail_name   = var.context.name
  trail_arn    = "arn:aws:cloudtrail:${var.context.region}:${var.context.account}:trail/${local.trail_name}"
  trail_bucket = "${var.context.name}-trail-${var.context.account}"
  bucket_arn   = "arn:aws:s3:::${local.trail_bucket}"
}

resource "aws_kms_key" "trail" {
  description             = "Audit trail of ${var.context.name}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = local.trail_key_policy
  tags                    = merge(var.tags, { Name = "${var.context.name}-trail" })

  # The record is lost with it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "trail" {
  name          = "alias/${var.context.name}-trail"
  target_key_id = aws_kms_key.trail.key_id
}

resource "aws_s3_bucket" "trail" {
  #checkov:skip=CKV_AWS_144:The trail is multi-region and its files are signed; a second copy is the business of the organisation.
  #checkov:skip=CKV2_AWS_62:Nobody listens to new files; queries run on demand.
  #checkov:skip=CKV_AWS_18:Who reads or deletes its files is in the trail itself; access logs of a log bucket would never come to rest.
  bucket = local.trail_bucket
  # Always, because it cannot be added later without a new bucket. It holds nothing back until there is a retention.
  object_lock_enabled = true
  tags                = merge(var.tags, { Name = local.trail_bucket })

  # Evidence: nothing in the stack may ask for its removal.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "trail" {
  bucket = aws_s3_bucket.trail.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "trail" {
  bucket                  = aws_s3_bucket.trail.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "trail" {
  bucket = aws_s3_bucket.trail.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  bucket = aws_s3_bucket.trail.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.trail.arn
    }
  }
}

resource "aws_s3_bucket_object_lock_configuration" "trail" {
  count = var.spec.trail.lock ? 1 : 0

  bucket = aws_s3_bucket.trail.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.spec.trail.retain_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.trail]
}

resource "aws_s3_bucket_lifecycle_configuration" "trail" {
  bucket = aws_s3_bucket.trail.id

  # A day more than the retention: a lock is stronger than the lifecycle, and versions under it would only stay.
  rule {
    id     = "retention"
    status = "Enabled"

    filter {}

    expiration {
      days = var.spec.trail.retain_days + 1
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # What an expiry leaves behind once the last version is gone.
  rule {
    id     = "markers"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.trail]
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = aws_s3_bucket.trail.id
  policy = local.trail_bucket_policy

  # Two changes of one bucket's access at once can end in a conflict.
  depends_on = [aws_s3_bucket_public_access_block.trail]
}

resource "aws_cloudtrail" "this" {
  #checkov:skip=CKV2_AWS_10:Files in a locked bucket are the record; a copy in CloudWatch would be paid twice and can be deleted.
  #checkov:skip=CKV_AWS_252:Nobody is told of each new file; alerts come from what is in them.
  name                          = local.trail_name
  s3_bucket_name                = aws_s3_bucket.trail.id
  kms_key_id                    = aws_kms_key.trail.arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = true
  tags                          = merge(var.tags, { Name = local.trail_name })

  advanced_event_selector {
    name = "Management"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  advanced_event_selector {
    name = "WritesToBuckets"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }

    # The trail's own files would otherwise be recorded in the trail, without end.
    field_selector {
      field           = "resources.ARN"
      not_starts_with = ["${local.bucket_arn}/"]
    }
  }

  # State and trail are few objects that few may read: each time is recorded.
  advanced_event_selector {
    name = "ReadsOfTheFoundation"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field  = "readOnly"
      equals = ["true"]
    }

    field_selector {
      field       = "resources.ARN"
      starts_with = ["arn:aws:s3:::${var.context.name}-"]
    }
  }

  advanced_event_selector {
    name = "DeletionsFromTheTrail"

    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }

    field_selector {
      field       = "eventName"
      starts_with = ["Delete"]
    }

    field_selector {
      field       = "resources.ARN"
      starts_with = ["${local.bucket_arn}/"]
    }
  }

  depends_on = [aws_s3_bucket_policy.trail]
}
