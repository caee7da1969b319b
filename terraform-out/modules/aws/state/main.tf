locals {
  bucket     = "${var.context.name}-${var.component}-${var.context.account}"
  bucket_arn = "arn:aws:s3:::${local.bucket}"
  alias      = "alias/${var.context.name}-${var.component}"
}

resource "aws_kms_key" "this" {
  description             = "Terraform state of ${var.context.name}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = local.key_policy
  tags                    = merge(var.tags, { Name = "${var.context.name}-${var.component}" })

  # Every state is lost with it, the old versions included.
  lifecycle {
    prevent_destroy = true
  }
}

# Backends name the key by this alias, which is known before the key exists.
resource "aws_kms_alias" "this" {
  name          = local.alias
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:State describes resources of its own region; lost with it, it can be imported again, and a copy elsewhere would be a second place to guard.
  #checkov:skip=CKV2_AWS_62:Nobody listens to changes of state; the audit trail records who wrote it.
  #checkov:skip=CKV_AWS_18:Reads and writes are data events of the trail that the account module makes, which are complete and signed; access logs are neither.
  bucket = local.bucket
  tags   = merge(var.tags, { Name = local.bucket })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  # The ten newest old versions stay whatever their age: a root that changes once a year can go back too.
  # Lock objects end up here as well, because a filter cannot tell them apart by the end of their name.
  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = var.spec.noncurrent_days
      newer_noncurrent_versions = 10
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = local.bucket_policy

  # Two changes of one bucket's access at once can end in a conflict.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
