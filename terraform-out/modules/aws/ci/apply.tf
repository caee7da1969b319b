# What the roles that apply may do: manage the services that the modules use, by name where AWS lets them be named.
# Everything is capped by the boundary once more, see boundary.tf.

locals {
  # What the modules of the layers make. Services are named one by one, so that a new one is a decision.
  manage = [
    "acm:*", "aps:*", "autoscaling:*", "backup-storage:MountCapsule", "backup:*", "cloudfront:*", "ec2:*", "ecr:*", "eks:*",
    "elasticloadbalancing:*", "logs:*", "network-firewall:*", "rds:*", "route53:*", "tag:Get*", "wafv2:*",
  ]

  # Configuration of buckets; no action on objects is among them.
  manage_buckets = [
    "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:GetAccelerateConfiguration", "s3:GetBucket*",
    "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:PutBucket*",
    "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
  ]

  # Secrets as things, never what is in them.
  manage_secrets = [
    "secretsmanager:CancelRotateSecret", "secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy",
    "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
    "secretsmanager:ValidateResourcePolicy",
  ]

  manage_keys = [
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
    "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*",
    "kms:PutKeyPolicy", "kms:ReplicateKey", "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource",
    "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription", "kms:UpdatePrimaryRegion",
  ]

  # The managed policies that the modules attach, and no other.
  attachable = [
    for policy in [
      "AWSBackupServiceRolePolicyForS3Backup", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy", "service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AmazonEBSCSIDriverPolicy",
      "service-role/AmazonRDSEnhancedMonitoringRole",
    ] : "arn:aws:iam::aws:policy/${policy}"
  ]

  passed_to = [
    "backup.amazonaws.com", "ec2.amazonaws.com", "eks.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com",
    "rds.amazonaws.com", "s3.amazonaws.com", "vpc-flow-logs.amazonaws.com",
  ]

  apply_policies = {
    for name, environment in var.spec.environments : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(local.state_statements[name], [
        {
          # wildcard: every state of the environment, and what its layers hand on to each other
          Sid      = "WriteState"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.state_bucket}/${environment.state_prefix}*"
        },
        {
          # wildcard: most of these services give ids, not names, so what is to be made cannot be named before
          Sid      = "Manage"
          Effect   = "Allow"
          Action   = local.manage
          Resource = "*"
        },
        {
          # wildcard: every bucket that carries the environment's name
          Sid      = "ManageBuckets"
          Effect   = "Allow"
          Action   = local.manage_buckets
          Resource = "arn:aws:s3:::${name}-*"
        },
        {
          # wildcard: every secret of the environment, in both regions, and those that RDS makes for its master users
          Sid    = "ManageSecrets"
          Effect = "Allow"
          Action = local.manage_secrets
          Resource = [
            "arn:aws:secretsmanager:*:${var.context.account}:secret:${environment.stack}/${environment.environment}/*",
            "arn:aws:secretsmanager:*:${var.context.account}:secret:rds!*",
          ]
        },
        {
          # wildcard: keys have ids only
          Sid      = "ManageKeys"
          Effect   = "Allow"
          Action   = local.manage_keys
          Resource = "*"
        },
        {
          # wildcard: keys have ids only; a service encrypts what it is asked to make and tidies up its grants, nobody decrypts directly
          Sid       = "UseKeysThroughServices"
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"]
          Resource  = "*"
          Condition = { StringLike = { "kms:ViaService" = "*.amazonaws.com" } }
        },
        {
          # wildcard: keys have ids only; a grant is for a service, never for a person
          Sid       = "GrantKeysToServices"
          Effect    = "Allow"
          Action    = ["kms:CreateGrant"]
          Resource  = "*"
          Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
        },
        {
          # wildcard: keys have ids only, and a cluster may be in any region; the policy of a cluster's key names its environment's role
          Sid      = "GrantKeysToClusters"
          Effect   = "Allow"
          Action   = ["kms:CreateGrant"]
          Resource = "arn:aws:kms:*:${var.context.account}:key/*"
          # EKS does not support kms:GrantIsForAWSResource when it makes a cluster.
          Condition = { StringLike = { "kms:ViaService" = "eks.*.amazonaws.com" } }
        },
        {
          # wildcard: reading identities cannot be limited to those that do not exist yet
          Sid      = "ReadIdentities"
          Effect   = "Allow"
          Action   = ["iam:Get*", "iam:List*", "s3:ListAllMyBuckets"]
          Resource = "*"
        },
        {
          # wildcard: every role that carries the environment's name
          Sid       = "MakeRolesUnderTheBoundary"
          Effect    = "Allow"
          Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
          Resource  = "${local.role_prefix}${name}-*"
          Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
        },
        {
          # wildcard: every role that carries the environment's name
          Sid      = "AttachKnownPolicies"
          Effect   = "Allow"
          Action   = ["iam:AttachRolePolicy"]
          Resource = "${local.role_prefix}${name}-*"
          Condition = {
            StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn }
            ArnEquals    = { "iam:PolicyARN" = local.attachable }
          }
        },
        {
          # wildcard: every role that carries the environment's name
          Sid      = "KeepRoles"
          Effect   = "Allow"
          Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
          Resource = "${local.role_prefix}${name}-*"
        },
        {
          # wildcard: every role that carries the environment's name, to the services that the modules use
          Sid       = "PassRoles"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = "${local.role_prefix}${name}-*"
          Condition = { StringEquals = { "iam:PassedToService" = local.passed_to } }
        },
        {
          # wildcard: roles that AWS defines for its services; neither name nor policy can be chosen
          Sid      = "ServiceRoles"
          Effect   = "Allow"
          Action   = ["iam:CreateServiceLinkedRole"]
          Resource = "${local.role_prefix}aws-service-role/*"
        },
      ], [for statement in local.manage_foundation : statement if name == var.context.name], [for statement in local.deny_ci : statement if name != var.context.name])
    })
  }

  # The foundation makes CI's identity and what holds for the whole account; every other environment keeps its hands off.
  manage_foundation = [
    {
      Sid       = "ManageCiRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = local.ci_roles
      Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
    },
    {
      Sid      = "KeepCiRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = local.ci_roles
    },
    {
      Sid      = "ManageCiIdentity"
      Effect   = "Allow"
      Action   = ["iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeleteOpenIDConnectProvider", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:TagPolicy", "iam:UntagOpenIDConnectProvider", "iam:UntagPolicy", "iam:UpdateOpenIDConnectProviderThumbprint"]
      Resource = [local.provider_arn, local.boundary_arn]
    },
    {
      # wildcard: settings of the account belong to no resource; analyzer, budgets and trail are the account's
      Sid      = "ManageAccountSettings"
      Effect   = "Allow"
      Action   = ["access-analyzer:*", "budgets:*", "cloudtrail:*", "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"]
      Resource = "*"
    },
  ]

  deny_ci = [
    {
      # wildcard: every action on identities that changes something
      Sid      = "DenyChangingCi"
      Effect   = "Deny"
      Action   = local.identity_changes
      Resource = concat([local.provider_arn, local.boundary_arn], local.ci_roles)
    },
  ]
}
