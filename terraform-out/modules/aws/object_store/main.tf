# The data bucket. A write-once bucket is a resource of its own, because prevent_destroy has to be
# literal; everything below and in the other files treats the two alike. It names both resources each
# time, not a local: scanners follow references to find out what protects a bucket.

locals {
  worm = var.spec.worm != null

  # S3 allows 63 characters and the base takes up to 59, hence the short suffixes.
  name             = "${var.context.name}-${var.component}-${var.context.account}"
  log_name         = "${local.name}-log"
  replica_name     = "${local.name}-dr"
  replica_log_name = "${local.name}-drl"

  # Names instead of resources, so that policies can be read in a plan.
  arn             = "arn:aws:s3:::${local.name}"
  log_arn         = "arn:aws:s3:::${local.log_name}"
  replica_arn     = "arn:aws:s3:::${local.replica_name}"
  replica_log_arn = "arn:aws:s3:::${local.replica_log_name}"

  # AWS Backup selects by this tag, and can only back up versions.
  data_tags = merge(var.tags, var.spec.versioning ? { backup = "daily" } : {})
}

resource "aws_s3_bucket" "plain" {
  count = local.worm ? 0 : 1

  #checkov:skip=CKV_AWS_144:spec.replicate decides whether the bucket has a copy in the replica region
  bucket = local.name

  tags = local.data_tags
}

resource "aws_s3_bucket" "worm" {
  count = local.worm ? 1 : 0

  #checkov:skip=CKV_AWS_144:spec.replicate decides whether the bucket has a copy in the replica region
  bucket              = local.name
  object_lock_enabled = true

  tags = local.data_tags

  # Evidence: nothing in the stack may ask for its removal.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Switches access lists off: policies alone decide.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  rule {
    # One data key serves many objects: far fewer calls to KMS.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.keys.ids["objects"]
    }
  }
}

# "Disabled" would be refused once versions have been on, so off means suspended.
resource "aws_s3_bucket_versioning" "this" {
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  versioning_configuration {
    status = var.spec.versioning ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  count = local.worm ? 1 : 0

  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  rule {
    default_retention {
      mode = upper(var.spec.worm.mode)
      days = var.spec.worm.retain_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket
  policy = local.bucket_policies["data"]

  # Two changes of one bucket's access at once can end in a conflict.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# AWS Backup follows changes through EventBridge; without it every backup would list the bucket.
resource "aws_s3_bucket_notification" "this" {
  bucket      = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket
  eventbridge = true
}

resource "aws_s3_bucket_logging" "this" {
  bucket        = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket
  target_bucket = aws_s3_bucket.log.bucket
  target_prefix = "access/"

  # S3 checks the permission to write there.
  depends_on = [aws_s3_bucket_policy.log]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  count = length(var.spec.cors_origins) > 0 ? 1 : 0

  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket

  # Browsers use signed URLs: no other method, no other header than S3 needs.
  cors_rule {
    allowed_origins = var.spec.cors_origins
    allowed_methods = ["GET", "HEAD", "PUT"]
    allowed_headers = ["content-disposition", "content-md5", "content-type", "if-none-match", "range", "x-amz-*"]
    expose_headers  = ["ETag", "x-amz-version-id"]
    max_age_seconds = 3600
  }
}
