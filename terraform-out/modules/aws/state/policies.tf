# The key serves S3 for this account and nobody directly. The bucket policy only takes away: who reads
# and writes which state is said by the roles of CI.

locals {
  account = "arn:aws:iam::${var.context.account}:root"
  kms     = "arn:aws:kms:${var.context.region}:${var.context.account}"

  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "AdministerThroughIam"
        Effect    = "Allow"
        Principal = { AWS = local.account }
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
      },
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "UseThroughS3"
        Effect    = "Allow"
        Principal = { AWS = local.account }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
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

  bucket_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: a denial covers everybody, every action and every object
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # wildcard: a denial covers everybody, every action and every object
        Sid       = "DenyOldTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        # wildcard: a denial covers everybody outside the account
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = var.context.account }
          # Anonymous calls do not carry the key, so its absence has to count as a match.
          BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        # wildcard: a denial covers everybody and every object
        Sid       = "DenyOtherEncryption"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/*"
        # Without the header the bucket's default applies, which is right: only a wrong header is refused.
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
        }
      },
      {
        # wildcard: a denial covers everybody and every object
        Sid       = "DenyForeignKeys"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/*"
        # S3 may compare the alias that backends send or the key behind it. That one is known only once it is
        # made, so any key of account and region passes, and the policy can be read in the first plan.
        Condition = {
          StringNotLike = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = ["${local.kms}:${local.alias}", "${local.kms}:key/*"] }
          Null          = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
      {
        # wildcard: a denial covers everybody and every object
        Sid       = "DenyCustomerKeys"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/*"
        Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
      },
    ]
  })
}
