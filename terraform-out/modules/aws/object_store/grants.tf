# What the module hands out: policies for the roles of workloads.

locals {
  # The key, through S3 and for this bucket only. The context is the bucket's ARN with a bucket key,
  # the object's without.
  key_condition = {
    StringEquals = { "kms:ViaService" = "s3.${var.context.region}.amazonaws.com" }
    StringLike   = { "kms:EncryptionContext:aws:s3:arn" = [local.arn, "${local.arn}/*"] }
  }

  # A workload may see how its bucket keeps what it writes, before it starts.
  look_actions = ["s3:GetBucketObjectLockConfiguration", "s3:GetBucketVersioning"]

  # Deleting in a write-once bucket only hides; hiding evidence is nobody's everyday work.
  write_actions = concat(
    ["s3:AbortMultipartUpload", "s3:GetObject", "s3:GetObjectVersion", "s3:ListMultipartUploadParts", "s3:PutObject"],
    local.worm ? ["s3:GetObjectRetention"] : ["s3:DeleteObject"],
  )

  grants = merge(
    {
      read = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            Sid      = "ReadList"
            Effect   = "Allow"
            Action   = concat(["s3:GetBucketLocation", "s3:ListBucket"], local.look_actions)
            Resource = [local.arn]
          },
          {
            # wildcard: every object of this bucket
            Sid      = "ReadObjects"
            Effect   = "Allow"
            Action   = concat(["s3:GetObject", "s3:GetObjectVersion"], local.lock_actions)
            Resource = ["${local.arn}/*"]
          },
          {
            Sid       = "ReadKey"
            Effect    = "Allow"
            Action    = ["kms:Decrypt"]
            Resource  = [var.keys.ids["objects"]]
            Condition = local.key_condition
          },
        ]
      })

      rw = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            Sid      = "WriteList"
            Effect   = "Allow"
            Action   = concat(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], local.look_actions)
            Resource = [local.arn]
          },
          {
            # wildcard: every object of this bucket
            Sid      = "WriteObjects"
            Effect   = "Allow"
            Action   = local.write_actions
            Resource = ["${local.arn}/*"]
          },
          {
            Sid       = "WriteKey"
            Effect    = "Allow"
            Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource  = [var.keys.ids["objects"]]
            Condition = local.key_condition
          },
        ]
      })

      # New objects only: a write has to say If-None-Match, so that S3 refuses a name that exists.
      append = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            Sid      = "AppendLook"
            Effect   = "Allow"
            Action   = local.look_actions
            Resource = [local.arn]
          },
          {
            # wildcard: every object of this bucket, none of which the condition lets be replaced
            Sid       = "AppendObjects"
            Effect    = "Allow"
            Action    = ["s3:PutObject"]
            Resource  = ["${local.arn}/*"]
            Condition = { Null = { "s3:if-none-match" = "false" } }
          },
          {
            # wildcard: every object of this bucket; parts are no object yet, completing them is, and falls under the statement above
            Sid       = "AppendParts"
            Effect    = "Allow"
            Action    = ["s3:PutObject"]
            Resource  = ["${local.arn}/*"]
            Condition = { Bool = { "s3:ObjectCreationOperation" = "false" } }
          },
          {
            # A multipart upload reads its data key back when it is completed.
            Sid       = "AppendKey"
            Effect    = "Allow"
            Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource  = [var.keys.ids["objects"]]
            Condition = local.key_condition
          },
        ]
      })
    },

    try(var.spec.worm.legal_hold, false) ? {
      legal_hold = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          # wildcard: every object of this bucket
          Sid      = "HoldObjects"
          Effect   = "Allow"
          Action   = ["s3:GetObjectLegalHold", "s3:PutObjectLegalHold"]
          Resource = ["${local.arn}/*"]
        }]
      })
    } : {},
  )
}
