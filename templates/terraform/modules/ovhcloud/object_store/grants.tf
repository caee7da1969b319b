# Policies for S3 users: allow-lists in the form that OVHcloud takes, for whoever makes the users. Users are not made here,
# because their keys would lie in the state.

locals {
  arn = "arn:aws:s3:::${local.name}"

  read_objects  = concat(["s3:GetObject"], var.spec.worm == null ? [] : ["s3:GetObjectLegalHold", "s3:GetObjectRetention"])
  write_objects = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]

  statements = merge(
    {
      read = [
        { Sid = "ReadList", Effect = "Allow", Action = ["s3:GetBucketLocation", "s3:ListBucket"], Resource = [local.arn] },
        { Sid = "ReadObjects", Effect = "Allow", Action = local.read_objects, Resource = ["${local.arn}/*"] },
      ]
      rw = [
        { Sid = "WriteList", Effect = "Allow", Action = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], Resource = [local.arn] },
        # No delete on a write-once bucket: a delete marker would hide evidence.
        { Sid = "WriteObjects", Effect = "Allow", Action = concat(local.read_objects, local.write_objects, var.spec.worm == null ? ["s3:DeleteObject"] : []), Resource = ["${local.arn}/*"] },
      ]
      append = [
        { Sid = "AppendObjects", Effect = "Allow", Action = local.write_objects, Resource = ["${local.arn}/*"] },
      ]
    },
    try(var.spec.worm.legal_hold, false) ? {
      legal_hold = [
        { Sid = "HoldObjects", Effect = "Allow", Action = ["s3:GetObjectLegalHold", "s3:PutObjectLegalHold"], Resource = ["${local.arn}/*"] },
      ]
    } : {},
  )

  grants = { for access, statements in local.statements : access => jsonencode({ Statement = statements }) }
}
