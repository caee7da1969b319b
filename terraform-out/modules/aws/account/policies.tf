# Policies of the module's keys and of the bucket of the trail. Neither key is used directly: the trail's serves
# CloudTrail and whoever reads its files through S3, the disks' serves EC2.

locals {
  root             = "arn:aws:iam::${var.context.account}:root"
  autoscaling_role = "arn:aws:iam::${var.context.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

  administer = {
    # wildcard: in a key policy the resource is the key itself
    Sid       = "AdministerThroughIam"
    Effect    = "Allow"
    Principal = { AWS = local.root }
    # The full list instead of a wildcard: an administrator can care for the key, not use it.
    # PutKeyPolicy is what keeps the account from locking itself out.
    Action = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:DisableKeyRotation",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListKeyRotations",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:RotateKeyOnDemand",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]
    Resource = "*"
  }

  trail_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "TrailEncrypts"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = ["kms:DescribeKey", "kms:GenerateDataKey"]
        Resource  = "*"
        # No encryption context: DescribeKey has none, and that of the bucket's default is the bucket, not the trail.
        Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
      },
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "ReadThroughS3"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = ["kms:Decrypt"]
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.context.account
            "kms:ViaService"    = "s3.${var.context.region}.amazonaws.com"
          }
        }
      },
    ]
  })

  disk_actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]

  disk_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "UseThroughEc2"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = local.disk_actions
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.context.account
            "kms:ViaService"    = "ec2.${var.context.region}.amazonaws.com"
          }
        }
      },
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "GrantToServices"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = ["kms:CreateGrant"]
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.context.account }
          # True only for a grant that an AWS service asks for on a caller's behalf.
          Bool = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      # Auto Scaling opens the disks of the nodes that it starts. The role is named in a condition, not as principal:
      # KMS refuses a policy that names a principal which does not exist yet.
      {
        # wildcard: the condition names the one role that is meant; in a key policy the resource is the key itself
        Sid       = "AutoScalingDisks"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = local.disk_actions
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.context.account }
          ArnEquals    = { "aws:PrincipalArn" = local.autoscaling_role }
        }
      },
      {
        # wildcard: the condition names the one role that is meant; in a key policy the resource is the key itself
        Sid       = "AutoScalingDiskGrants"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["kms:CreateGrant"]
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.context.account }
          ArnEquals    = { "aws:PrincipalArn" = local.autoscaling_role }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
    ]
  })

  trail_bucket_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TrailChecksTheBucket"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.bucket_arn
        Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
      },
      {
        # wildcard: every file of the trail
        Sid       = "TrailWrites"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/AWSLogs/${var.context.account}/*"
        Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn, "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
      {
        # wildcard: a denial covers everybody, every action and every file
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # wildcard: a denial covers everybody outside the account but CloudTrail, which has no account
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = var.context.account }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        # wildcard: a denial covers everybody and every file; the lifecycle is not bound by it
        Sid       = "DenyRewritingHistory"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource  = "${local.bucket_arn}/*"
      },
    ]
  })
}
