locals {
  # Actions that read configuration. Reading data (objects, secrets, parameters, log events, tables) is not among them.
  describe = [
    "access-analyzer:Get*", "access-analyzer:List*", "acm:DescribeCertificate", "acm:List*", "aps:Describe*", "aps:List*",
    "autoscaling:Describe*", "backup:Describe*", "backup:Get*", "backup:List*", "budgets:View*", "budgets:List*", "cloudfront:Get*",
    "cloudfront:List*", "cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "ec2:Describe*", "ec2:Get*",
    "ecr:Describe*", "ecr:GetLifecyclePolicy", "ecr:GetRegistryPolicy", "ecr:GetRegistryScanningConfiguration", "ecr:GetRepositoryPolicy",
    "ecr:ListTagsForResource", "eks:Describe*", "eks:List*", "elasticloadbalancing:Describe*", "iam:Get*", "iam:List*", "kms:Describe*",
    "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*", "logs:Describe*", "logs:List*", "network-firewall:Describe*",
    "network-firewall:List*", "rds:Describe*", "rds:ListTagsForResource", "route53:Get*", "route53:List*", "s3:GetAccountPublicAccessBlock",
    "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets",
    "s3:ListBucket", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecrets", "sns:Get*", "sns:List*",
    "tag:Get*", "wafv2:Get*", "wafv2:List*",
  ]

  # What the modules of the layers make. Services are named one by one, so that a new one is a decision.
  manage = [
    "access-analyzer:*", "acm:*", "aps:*", "autoscaling:*", "backup:*", "backup-storage:MountCapsule", "budgets:*", "cloudfront:*", "cloudtrail:*", "ec2:*", "ecr:*",
    "eks:*", "elasticloadbalancing:*", "kms:*", "logs:*", "network-firewall:*", "rds:*", "route53:*", "s3:*", "secretsmanager:*", "tag:*", "wafv2:*",
  ]

  state_statements = {
    for name, environment in var.spec.environments : name => [
      {
        Sid       = "FindState"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.state_bucket
        Condition = { StringLike = { "s3:prefix" = ["${environment.state_prefix}*"] } }
      },
      {
        Sid      = "LockState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${local.state_bucket}/${environment.state_prefix}*.tflock"
      },
      {
        Sid      = "UseStateKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.state.key_id
      },
    ]
  }

  # No environment reads another one's state, and nobody reads data to plan.
  plan_policies = {
    for name, environment in var.spec.environments : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(local.state_statements[name], [
        {
          Sid      = "ReadState"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "${local.state_bucket}/${environment.state_prefix}*"
        },
        {
          # wildcard: reading configuration cannot be limited to resources that do not exist yet
          Sid      = "Describe"
          Effect   = "Allow"
          Action   = local.describe
          Resource = "*"
        },
        {
          # wildcard: a denial covers every resource
          Sid      = "DenyValues"
          Effect   = "Deny"
          Action   = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "rds-data:ExecuteStatement", "logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery", "ecr:GetDownloadUrlForLayer"]
          Resource = "*"
        },
        {
          Sid         = "DenyPayloads"
          Effect      = "Deny"
          Action      = ["s3:GetObject", "s3:GetObjectVersion"]
          NotResource = "${local.state_bucket}/${environment.state_prefix}*"
        },
        {
          Sid         = "DenyOtherKeys"
          Effect      = "Deny"
          Action      = "kms:Decrypt"
          NotResource = var.state.key_id
        },
      ])
    })
  }

  apply_policies = {
    for name, environment in var.spec.environments : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(local.state_statements[name], [
        {
          Sid      = "WriteState"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.state_bucket}/${environment.state_prefix}*"
        },
        {
          # wildcard: names of what Terraform makes are not all known before; the boundary and the denials below cap it
          Sid      = "Manage"
          Effect   = "Allow"
          Action   = local.manage
          Resource = "*"
        },
        {
          # wildcard: reading identities cannot be limited to those that do not exist yet
          Sid      = "ReadIdentities"
          Effect   = "Allow"
          Action   = ["iam:Get*", "iam:List*"]
          Resource = "*"
        },
        {
          Sid      = "MakeRolesUnderTheBoundary"
          Effect   = "Allow"
          Action   = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
          Resource = "arn:aws:iam::${var.context.account}:role/${name}-*"
          Condition = {
            StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn }
          }
        },
        {
          Sid      = "KeepRoles"
          Effect   = "Allow"
          Action   = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:TagRole", "iam:UntagRole"]
          Resource = "arn:aws:iam::${var.context.account}:role/${name}-*"
        },
        {
          Sid      = "PassRoles"
          Effect   = "Allow"
          Action   = "iam:PassRole"
          Resource = "arn:aws:iam::${var.context.account}:role/${name}-*"
          Condition = {
            StringEquals = {
              "iam:PassedToService" = ["backup.amazonaws.com", "ec2.amazonaws.com", "eks.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com", "rds.amazonaws.com", "s3.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
            }
          }
        },
        {
          Sid      = "ServiceRoles"
          Effect   = "Allow"
          Action   = "iam:CreateServiceLinkedRole"
          Resource = "arn:aws:iam::${var.context.account}:role/aws-service-role/*"
        },
      ], [for statement in local.manage_ci : statement if name == var.context.name], [for statement in local.deny_ci : statement if name != var.context.name])
    })
  }

  ci_roles = flatten([for name in keys(var.spec.environments) : ["arn:aws:iam::${var.context.account}:role/${name}-plan", "arn:aws:iam::${var.context.account}:role/${name}-apply"]])

  # The foundation makes CI's identity; every other environment keeps its hands off it.
  manage_ci = [
    {
      Sid      = "ManageCiRoles"
      Effect   = "Allow"
      Action   = ["iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = local.ci_roles
    },
    {
      Sid      = "ManageCiIdentity"
      Effect   = "Allow"
      Action   = ["iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeleteOpenIDConnectProvider", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:TagPolicy", "iam:UntagOpenIDConnectProvider", "iam:UntagPolicy", "iam:UpdateOpenIDConnectProviderThumbprint"]
      Resource = [local.provider_arn, local.boundary_arn]
    },
    {
      # wildcard: the password policy belongs to no resource
      Sid      = "ManageAccountSettings"
      Effect   = "Allow"
      Action   = ["iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"]
      Resource = "*"
    },
  ]

  deny_ci = [
    {
      Sid      = "DenyChangingCi"
      Effect   = "Deny"
      Action   = ["iam:AttachRolePolicy", "iam:DeleteOpenIDConnectProvider", "iam:DeletePolicy", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateOpenIDConnectProviderThumbprint"]
      Resource = concat([local.provider_arn, local.boundary_arn], local.ci_roles)
    },
  ]

  # The one role that may change what holds for all.
  foundation_role = "arn:aws:iam::${var.context.account}:role/${var.context.name}-apply"

  boundary = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: a boundary grants nothing by itself; the denials below are its point
        Sid      = "AtMost"
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      },
      {
        # wildcard: a denial covers every resource
        Sid      = "DenyLeavingTheAccount"
        Effect   = "Deny"
        Action   = ["organizations:*", "account:*", "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateGroup", "iam:CreateSAMLProvider"]
        Resource = "*"
      },
      {
        # wildcard: a denial covers every role
        Sid       = "DenyRolesWithoutBoundary"
        Effect    = "Deny"
        Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
        Resource  = "*"
        Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
      },
      {
        # wildcard: a denial covers every role
        Sid      = "DenyLiftingTheBoundary"
        Effect   = "Deny"
        Action   = "iam:DeleteRolePermissionsBoundary"
        Resource = "*"
      },
      {
        Sid      = "DenyChangingTheBoundary"
        Effect   = "Deny"
        Action   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
        Resource = local.boundary_arn
        Condition = {
          StringNotLike = { "aws:PrincipalArn" = local.foundation_role }
        }
      },
      {
        # wildcard: a denial covers every trail and detector
        Sid      = "DenyBlindingTheAudit"
        Effect   = "Deny"
        Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"]
        Resource = "*"
      },
      {
        # wildcard: a denial covers every bucket
        Sid      = "DenyBypassingRetention"
        Effect   = "Deny"
        Action   = "s3:BypassGovernanceRetention"
        Resource = "*"
      },
      {
        Sid      = "DenyWeakeningTheStateBucket"
        Effect   = "Deny"
        Action   = ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketVersioning"]
        Resource = [local.state_bucket, "${local.state_bucket}/*"]
        Condition = {
          StringNotLike = { "aws:PrincipalArn" = local.foundation_role }
        }
      },
    ]
  })
}
