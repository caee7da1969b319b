# Key policies. `Resource = "*"` in a key policy means the key that carries it and no other.
#
# Nobody may use a key directly: the data-plane statement asks for a call that an AWS service makes
# for a principal of this account, and that principal still needs the action in its IAM policy.

locals {
  root = "arn:aws:iam::${var.context.account}:root"

  # Services that call KMS for the principal whose request they serve.
  services = {
    database = ["rds"]
    objects  = ["s3"]
    # RDS keeps the master password of a database in Secrets Manager, under this key.
    secrets = ["secretsmanager", "rds"]
    # Managed Prometheus; CloudWatch Logs comes with its own principal, see below.
    logs = ["aps"]
    # Kubernetes secrets and the volumes of nodes and pods.
    cluster  = ["eks", "ec2"]
    registry = ["ecr"]
    # AWS Backup copies snapshots through the service that owns them.
    backup = ["backup", "rds", "s3"]
  }

  # A copy is asked for in one region and read or written in the other.
  regions = {
    for purpose, key in var.spec.purposes :
    purpose => key.replica ? [var.context.region, var.context.replica_region] : [var.context.region]
  }

  via = {
    for purpose in keys(var.spec.purposes) :
    purpose => flatten([for region in local.regions[purpose] : [for service in local.services[purpose] : "${service}.${region}.amazonaws.com"]])
  }

  common_statements = {
    for purpose in keys(var.spec.purposes) : purpose => [
      {
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
          "kms:ReplicateKey",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "*"
      },
      {
        # wildcard: in a key policy the resource is the key itself
        Sid       = "UseThroughServices"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          # A service that made a grant for a vault or a repository gives it back.
          "kms:RetireGrant",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.context.account
            "kms:ViaService"    = local.via[purpose]
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
    ]
  }

  # What a purpose needs besides, per region because principals and contexts name it.
  special_statements = {
    for region in [var.context.region, var.context.replica_region] : region => {
      logs = [{
        # wildcard: in a key policy the resource is the key itself; the context admits any log group, but of this account and region only
        Sid       = "EncryptLogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${region}.amazonaws.com" }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
        Condition = {
          ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${region}:${var.context.account}:log-group:*" }
        }
      }]

      # Auto Scaling starts the nodes and has to open their volumes. Roles are named in conditions,
      # not as principals: KMS refuses a policy that names a principal which does not exist yet.
      cluster = [
        {
          # wildcard: in a key policy the resource is the key itself
          Sid       = "GrantToNewClusters"
          Effect    = "Allow"
          Principal = { AWS = local.root }
          Action    = ["kms:CreateGrant"]
          Resource  = "*"
          # EKS does not support kms:GrantIsForAWSResource when it makes a cluster, so the statement for services does
          # not let its grant through. The role that makes clusters is named here instead.
          Condition = {
            StringEquals = {
              "kms:CallerAccount" = var.context.account
              "kms:ViaService"    = "eks.${region}.amazonaws.com"
            }
            ArnEquals = { "aws:PrincipalArn" = local.apply_role }
          }
        },
        {
          # wildcard: the condition names the one role that is meant; in a key policy the resource is the key itself
          Sid       = "AutoScalingVolumes"
          Effect    = "Allow"
          Principal = { AWS = "*" }
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = "*"
          Condition = {
            StringEquals = { "kms:CallerAccount" = var.context.account }
            ArnEquals    = { "aws:PrincipalArn" = local.autoscaling_role }
          }
        },
        {
          # wildcard: the condition names the one role that is meant; in a key policy the resource is the key itself
          Sid       = "AutoScalingVolumeGrants"
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

      objects = [for key in [lookup(var.spec.purposes, "objects", null)] : {
        # wildcard: in a key policy the resource is the key itself; the distribution is made after the key, so any of this account counts
        Sid       = "DecryptForDistributions"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = ["kms:Decrypt"]
        Resource  = "*"
        Condition = {
          ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::${var.context.account}:distribution/*" }
        }
      } if try(key.distribution, false)]
    }
  }

  # The foundation's module ci gives the role that applies an environment this name.
  apply_role       = "arn:aws:iam::${var.context.account}:role/${var.context.name}-apply"
  autoscaling_role = "arn:aws:iam::${var.context.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

  policies = {
    for purpose in keys(var.spec.purposes) : purpose => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(local.common_statements[purpose], try(local.special_statements[var.context.region][purpose], []))
    })
  }

  replica_policies = {
    for purpose in keys(local.replicas) : purpose => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(local.common_statements[purpose], try(local.special_statements[var.context.replica_region][purpose], []))
    })
  }
}
