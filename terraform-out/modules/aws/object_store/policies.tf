# Bucket policies and the replication role. The bucket policies allow nothing to anybody (CloudFront
# apart): access comes from the grants, and the policies take away what no grant may have.

locals {
  guarded = merge(
    { data = { arn = local.arn, key = var.keys.ids["objects"] } },
    var.spec.replicate ? { replica = { arn = local.replica_arn, key = var.keys.replica_ids["objects"] } } : {},
  )

  bucket_policies = {
    for name, bucket in local.guarded : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [
          {
            # wildcard: a deny has to cover every principal and every action
            Sid       = "DenyInsecureTransport"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [bucket.arn, "${bucket.arn}/*"]
            Condition = { Bool = { "aws:SecureTransport" = "false" } }
          },
          {
            # wildcard: a deny has to cover every principal and every action
            Sid       = "DenyOldTls"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [bucket.arn, "${bucket.arn}/*"]
            Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
          },
          {
            # wildcard: a deny has to cover every principal and every action
            Sid       = "DenyOtherAccounts"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:*"
            Resource  = [bucket.arn, "${bucket.arn}/*"]
            Condition = {
              StringNotEquals = { "aws:PrincipalAccount" = var.context.account }
              # A service such as CloudFront has no account; what it may do is allowed by name.
              Bool = { "aws:PrincipalIsAWSService" = "false" }
            }
          },
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyOtherEncryption"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:PutObject"
            Resource  = "${bucket.arn}/*"
            Condition = {
              StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
              # Without the header the bucket's default applies, which is right: only a wrong header is refused.
              Null = { "s3:x-amz-server-side-encryption" = "false" }
            }
          },
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyOtherKeys"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:PutObject"
            Resource  = "${bucket.arn}/*"
            Condition = {
              StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = bucket.key }
              Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
            }
          },
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyCustomerKeys"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:PutObject"
            Resource  = "${bucket.arn}/*"
            Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
          },
        ],
        [for worm in var.spec.worm[*] :
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyRetentionBypass"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:BypassGovernanceRetention"
            Resource  = "${bucket.arn}/*"
          }
        ],
        [for worm in var.spec.worm[*] :
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyShorterRetention"
            Effect    = "Deny"
            Principal = "*"
            Action    = ["s3:PutObject", "s3:PutObjectRetention"]
            Resource  = "${bucket.arn}/*"
            # A day of slack: a date set for exactly the retention has lost a moment when it arrives.
            Condition = { NumericLessThan = { "s3:object-lock-remaining-retention-days" = tostring(worm.retain_days - 1) } }
          }
        ],
        [for worm in var.spec.worm[*] :
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyOtherLockMode"
            Effect    = "Deny"
            Principal = "*"
            Action    = ["s3:PutObject", "s3:PutObjectRetention"]
            Resource  = "${bucket.arn}/*"
            Condition = {
              StringNotEquals = { "s3:object-lock-mode" = upper(worm.mode) }
              Null            = { "s3:object-lock-mode" = "false" }
            }
          }
        ],
        [for worm in var.spec.worm[*] :
          {
            # wildcard: a deny has to cover every principal; every object of this bucket
            Sid       = "DenyLegalHold"
            Effect    = "Deny"
            Principal = "*"
            Action    = "s3:PutObjectLegalHold"
            Resource  = "${bucket.arn}/*"
          } if !worm.legal_hold
        ],
        [for distribution in [var.spec.distribution] :
          {
            # wildcard: every object of this bucket; the distribution is made after the bucket, so any of this account counts
            Sid       = "ReadByDistributions"
            Effect    = "Allow"
            Principal = { Service = "cloudfront.amazonaws.com" }
            Action    = "s3:GetObject"
            Resource  = "${bucket.arn}/*"
            Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::${var.context.account}:distribution/*" } }
          } if distribution
        ],
      )
    })
  }

  logged = merge(
    { data = { source = local.arn, target = local.log_arn } },
    var.spec.replicate ? { replica = { source = local.replica_arn, target = local.replica_log_arn } } : {},
  )

  log_policies = {
    for name, log in local.logged : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          # wildcard: every log object under the prefix
          Sid       = "WriteAccessLogs"
          Effect    = "Allow"
          Principal = { Service = "logging.s3.amazonaws.com" }
          Action    = "s3:PutObject"
          Resource  = "${log.target}/access/*"
          Condition = {
            StringEquals = { "aws:SourceAccount" = var.context.account }
            ArnEquals    = { "aws:SourceArn" = log.source }
          }
        },
        {
          # wildcard: a deny has to cover every principal and every action
          Sid       = "DenyInsecureLogTransport"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [log.target, "${log.target}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ]
    })
  }

  replication_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # No condition on the source: AWS documents none for replication. The policy below names both buckets.
      Sid       = "Replication"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
    }]
  })

  # An object lock has to travel with the object; a plain bucket has none.
  lock_actions = local.worm ? ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] : []

  replication_policy = var.spec.replicate ? jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadRule"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [local.arn]
      },
      {
        # wildcard: every object of the original
        Sid      = "ReadOriginals"
        Effect   = "Allow"
        Action   = concat(["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"], local.lock_actions)
        Resource = ["${local.arn}/*"]
      },
      {
        # wildcard: every object of the copy
        Sid      = "WriteCopies"
        Effect   = "Allow"
        Action   = concat(["s3:ReplicateObject", "s3:ReplicateTags"], local.worm ? [] : ["s3:ReplicateDelete"])
        Resource = ["${local.replica_arn}/*"]
      },
      {
        Sid      = "DecryptOriginals"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.keys.ids["objects"]]
        Condition = {
          StringEquals = { "kms:ViaService" = "s3.${var.context.region}.amazonaws.com" }
          StringLike   = { "kms:EncryptionContext:aws:s3:arn" = [local.arn, "${local.arn}/*"] }
        }
      },
      {
        Sid      = "EncryptCopies"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = [var.keys.replica_ids["objects"]]
        Condition = {
          StringEquals = { "kms:ViaService" = "s3.${var.context.replica_region}.amazonaws.com" }
          StringLike   = { "kms:EncryptionContext:aws:s3:arn" = [local.replica_arn, "${local.replica_arn}/*"] }
        }
      },
    ]
  }) : null
}
