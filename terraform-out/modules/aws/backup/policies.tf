locals {
  role_name = "${local.name}-service"

  vault_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # wildcard: a deny has to cover every principal; in a vault's policy the resource is what the vault holds
      Sid       = "DenyManualDeletion"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
      Resource  = "*"
      # AWS Backup ends the life of a backup as the role that took it, or as its service-linked role.
      Condition = {
        ArnNotEquals = {
          "aws:PrincipalArn" = [
            "arn:aws:iam::${var.context.account}:role/${local.role_name}",
            "arn:aws:iam::${var.context.account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
          ]
        }
      }
    }]
  })

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Backup"
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
      Condition = { StringEquals = { "aws:SourceAccount" = var.context.account } }
    }]
  })
}

# AWS keeps these policies in step with what its service calls. They back up and copy; restoring takes
# another role, which the person or pipeline that restores has to bring.
resource "aws_iam_role" "this" {
  name                 = local.role_name
  description          = "Lets AWS Backup back up ${var.context.name}"
  assume_role_policy   = local.trust
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = {
    backup = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    s3     = "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"
  }

  role       = aws_iam_role.this.name
  policy_arn = each.value
}
