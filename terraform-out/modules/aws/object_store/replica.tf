# The copy in the replica region: same protection, key of that region, lock included. With locks the
# replicas carry the retention and legal holds of their originals.

resource "aws_s3_bucket" "replica_plain" {
  count    = var.spec.replicate && !local.worm ? 1 : 0
  provider = aws.replica

  #checkov:skip=CKV_AWS_144:this bucket is the copy
  #checkov:skip=CKV2_AWS_62:backups and events are taken from the original
  bucket = local.replica_name

  tags = var.tags
}

resource "aws_s3_bucket" "replica_worm" {
  count    = var.spec.replicate && local.worm ? 1 : 0
  provider = aws.replica

  #checkov:skip=CKV_AWS_144:this bucket is the copy
  #checkov:skip=CKV2_AWS_62:backups and events are taken from the original
  bucket              = local.replica_name
  object_lock_enabled = true

  tags = var.tags

  # Evidence: nothing in the stack may ask for its removal.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.keys.replica_ids["objects"]
    }
  }
}

resource "aws_s3_bucket_versioning" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "replica" {
  count    = var.spec.replicate && local.worm ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket

  rule {
    default_retention {
      mode = upper(var.spec.worm.mode)
      days = var.spec.worm.retain_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.replica]
}

resource "aws_s3_bucket_policy" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket
  policy = local.bucket_policies["replica"]

  depends_on = [aws_s3_bucket_public_access_block.replica]
}

resource "aws_s3_bucket_logging" "replica" {
  count    = var.spec.replicate ? 1 : 0
  provider = aws.replica

  bucket        = local.worm ? aws_s3_bucket.replica_worm[0].bucket : aws_s3_bucket.replica_plain[0].bucket
  target_bucket = aws_s3_bucket.replica_log[0].bucket
  target_prefix = "access/"

  depends_on = [aws_s3_bucket_policy.replica_log]
}

resource "aws_iam_role" "replication" {
  count = var.spec.replicate ? 1 : 0

  name                 = "${var.context.name}-${var.component}-replication"
  description          = "Lets S3 copy ${local.name} to ${local.replica_name}"
  assume_role_policy   = local.replication_trust
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "replication" {
  count = var.spec.replicate ? 1 : 0

  name   = "replication"
  role   = aws_iam_role.replication[0].name
  policy = local.replication_policy
}

resource "aws_s3_bucket_replication_configuration" "this" {
  count = var.spec.replicate ? 1 : 0

  bucket = local.worm ? aws_s3_bucket.worm[0].bucket : aws_s3_bucket.plain[0].bucket
  role   = aws_iam_role.replication[0].arn

  rule {
    id       = "everything"
    priority = 0
    status   = "Enabled"

    filter {}

    # A delete marker hides an object; evidence is never hidden in the copy.
    delete_marker_replication {
      status = local.worm ? "Disabled" : "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket = local.replica_arn

      encryption_configuration {
        replica_kms_key_id = var.keys.replica_ids["objects"]
      }

      # Lag and failures are measured everywhere; the fifteen-minute promise is paid for only where it counts.
      metrics {
        status = "Enabled"

        dynamic "event_threshold" {
          for_each = var.context.protected ? [15] : []

          content {
            minutes = event_threshold.value
          }
        }
      }

      dynamic "replication_time" {
        for_each = var.context.protected ? [15] : []

        content {
          status = "Enabled"

          time {
            minutes = replication_time.value
          }
        }
      }
    }
  }

  # Both sides need versions, and S3 tries the role when the rule is made.
  depends_on = [
    aws_iam_role_policy.replication,
    aws_s3_bucket_versioning.replica,
    aws_s3_bucket_versioning.this,
  ]
}
