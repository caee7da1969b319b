# Access logs of the copy: S3 delivers them within a region only.

resource "aws_s3_bucket" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  #checkov:skip=CKV_AWS_18:a bucket of access logs that logs its own access would never end
  #checkov:skip=CKV_AWS_21:log objects are written once under a new name; versions would only keep what expired
  #checkov:skip=CKV_AWS_144:the logs of each region stay in it
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets with its own key (SSE-S3)
  #checkov:skip=CKV2_AWS_62:nothing reacts to a log object
  bucket = local.replica_log_name

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica_log[0].bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica_log[0].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica_log[0].bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica_log[0].bucket

  rule {
    id     = "expiry"
    status = "Enabled"

    filter {}

    expiration {
      days = local.access_log_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "replica_log" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = aws_s3_bucket.replica_log[0].bucket
  policy = local.log_policies["replica"]

  depends_on = [aws_s3_bucket_public_access_block.replica_log]
}
