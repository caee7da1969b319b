# Who may do what, statement by statement: effect, principal, action, resource and condition. A change has to be made here too.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" }
  }
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "ci"
  tags      = { component = "ci", data_class = "internal" }
  spec = {
    issuer              = "https://token.actions.githubusercontent.com"
    audience            = "sts.amazonaws.com"
    repository_id       = "1"
    repository_owner_id = "2"
    environments = {
      "control-plane-dev" = {
        stack          = "control-plane"
        environment    = "dev"
        plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan", "repo:example@2/platform@1:pull_request"]
        apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
        state_prefix   = "control-plane/dev/"
      }
      "foundation-dev" = {
        stack          = "foundation"
        environment    = "dev"
        plan_subjects  = ["repo:example@2/platform@1:environment:foundation-dev-plan"]
        apply_subjects = ["repo:example@2/platform@1:environment:foundation-dev"]
        state_prefix   = "foundation/dev/"
      }
    }
  }
  state = {
    bucket   = "foundation-dev-state-123456789012"
    region   = "eu-central-1"
    endpoint = "https://s3.eu-central-1.amazonaws.com"
    key_id   = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111"
    lock     = "s3_lockfile"
  }
}

run "boundary" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      AtMost                    = { Effect = "Allow", Action = "*", Resource = "*" }
      DenyPeopleAndOrganisation = { Effect = "Deny", Action = ["account:*", "iam:*AccessKey", "iam:*LoginProfile", "iam:*SAMLProvider", "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateGroup", "iam:CreateUser", "iam:PutGroupPolicy", "iam:PutUserPolicy", "organizations:*", "sso:*"], Resource = "*" }
      DenyBecomingAnother       = { Effect = "Deny", Action = ["sts:AssumeRole"], Resource = "*" }
      DenyIdentitiesToWorkloads = { Effect = "Deny", Action = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*", "iam:Deactivate*", "iam:Enable*", "iam:Reset*", "iam:Resync*", "iam:Upload*"], NotResource = "arn:aws:iam::123456789012:role/aws-service-role/*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] } } }
      DenyRolesWithoutBoundary  = { Effect = "Deny", Action = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"], Resource = "*", Condition = { StringNotEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      DenyLiftingTheBoundary    = { Effect = "Deny", Action = ["iam:DeleteRolePermissionsBoundary"], Resource = "*" }
      DenyChangingCi            = { Effect = "Deny", Action = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"], Resource = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary", "arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"], Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyAccountSettings       = { Effect = "Deny", Action = ["access-analyzer:DeleteAnalyzer", "budgets:ModifyBudget", "cloudtrail:Put*", "cloudtrail:UpdateTrail", "ec2:DisableEbsEncryptionByDefault", "ec2:DisableImageBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess", "ec2:EnableImageBlockPublicAccess", "ec2:EnableSnapshotBlockPublicAccess", "ec2:ModifyEbsDefaultKmsKeyId", "ec2:ModifyInstanceMetadataDefaults", "ec2:ResetEbsDefaultKmsKeyId", "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "s3:PutAccountPublicAccessBlock"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyBlindingTheAudit      = { Effect = "Deny", Action = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"], Resource = "*" }
      DenyBypassingRetention    = { Effect = "Deny", Action = ["s3:BypassGovernanceRetention"], Resource = "*" }
      DenyErasingTheRecord      = { Effect = "Deny", Action = ["s3:DeleteObjectVersion"], Resource = "arn:aws:s3:::foundation-dev-*/*" }
      DenyFoundationBuckets     = { Effect = "Deny", Action = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"], Resource = "arn:aws:s3:::foundation-dev-*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyStateToWorkloads      = { Effect = "Deny", Action = ["s3:DeleteObject", "s3:GetObject*", "s3:PutObject*"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] } } }
      DenyDirectGrants          = { Effect = "Deny", Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] }, BoolIfExists = { "kms:GrantIsForAWSResource" = "false" } } }
      DenyFoundationKeys        = { Effect = "Deny", Action = ["kms:Disable*", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ScheduleKeyDeletion"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" }, "ForAnyValue:StringLike" = { "kms:ResourceAliases" = ["alias/foundation-dev-*"] } } }
      DenyFoundationGrants      = { Effect = "Deny", Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" }, "ForAllValues:StringNotEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-disks"] }, "ForAnyValue:StringLike" = { "kms:ResourceAliases" = ["alias/foundation-dev-*"] } } }
      DenyFoundationAliases     = { Effect = "Deny", Action = ["kms:*Alias"], Resource = "arn:aws:kms:*:123456789012:alias/foundation-dev-*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
    })
    error_message = "The boundary takes away exactly this."
  }
}

run "plan" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      FindState              = { Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012" }
      LockState              = { Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*.tflock" }
      UseStateKey            = { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "arn:aws:kms:eu-central-1:123456789012:key/*", Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] }, StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyValues             = { Effect = "Deny", Action = ["cloudtrail:GetQueryResults", "cloudtrail:LookupEvents", "ec2:DescribeInstanceAttribute", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask", "rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement", "rds-db:connect", "rds:DownloadCompleteDBLogFile", "rds:DownloadDBLogFilePortion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath", "wafv2:GetSampledRequests"], Resource = "*" }
      ReadState              = { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      Describe               = { Effect = "Allow", Action = ["access-analyzer:GetAnalyzer", "access-analyzer:List*", "acm:DescribeCertificate", "acm:List*", "aps:Describe*", "aps:List*", "autoscaling:Describe*", "backup:Describe*", "backup:Get*", "backup:List*", "budgets:ListTagsForResource", "budgets:ViewBudget", "cloudfront:Get*", "cloudfront:List*", "cloudtrail:Describe*", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags", "cloudtrail:ListTrails", "ec2:Describe*", "ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault", "ec2:GetImageBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults", "ec2:GetManagedPrefixListEntries", "ec2:GetSnapshotBlockPublicAccessState", "ecr:Describe*", "ecr:GetLifecyclePolicy", "ecr:GetRegistryPolicy", "ecr:GetRegistryScanningConfiguration", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource", "eks:Describe*", "eks:List*", "elasticloadbalancing:Describe*", "iam:GetAccountPasswordPolicy", "iam:GetInstanceProfile", "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy", "iam:List*", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*", "logs:Describe*", "logs:GetDelivery*", "logs:List*", "network-firewall:Describe*", "network-firewall:List*", "rds:Describe*", "rds:ListTagsForResource", "route53:Get*", "route53:List*", "s3:GetAccelerateConfiguration", "s3:GetAccountPublicAccessBlock", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecrets", "tag:Get*", "wafv2:GetIPSet", "wafv2:GetLoggingConfiguration", "wafv2:GetRuleGroup", "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:List*"], Resource = "*" }
      FindBuckets            = { Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::control-plane-dev-*" }
      DenyPayloads           = { Effect = "Deny", Action = ["s3:GetObject*"], NotResource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      DenyDecryptingDirectly = { Effect = "Deny", Action = ["kms:Decrypt"], Resource = "*", Condition = { StringNotEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyOtherKeys          = { Effect = "Deny", Action = ["kms:Decrypt"], Resource = "*", Condition = { "ForAllValues:StringNotEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] } } }
    })
    error_message = "The role that plans reads configuration and its state, and is denied data."
  }
}

run "plans_despite_the_boundary" {
  command = plan

  # Patterns on both sides: what one names without its star must not be what the other's pattern covers.
  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : [
        for denied in statement.Action : [
          for action in one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s.Action if s.Sid == "Describe"]) :
          !can(regex("^${replace(denied, "*", ".*")}$", replace(action, "*", ""))) && !can(regex("^${replace(action, "*", ".*")}$", replace(denied, "*", "")))
        ]
      ] if statement.Effect == "Deny"
    ]))
    error_message = "The boundary denies nothing of what the role that plans describes."
  }
}

run "apply" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      FindState                 = { Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012" }
      LockState                 = { Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*.tflock" }
      UseStateKey               = { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "arn:aws:kms:eu-central-1:123456789012:key/*", Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] }, StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyValues                = { Effect = "Deny", Action = ["cloudtrail:GetQueryResults", "cloudtrail:LookupEvents", "ec2:DescribeInstanceAttribute", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask", "rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement", "rds-db:connect", "rds:DownloadCompleteDBLogFile", "rds:DownloadDBLogFilePortion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath", "wafv2:GetSampledRequests"], Resource = "*" }
      WriteState                = { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      Manage                    = { Effect = "Allow", Action = ["acm:*", "aps:*", "autoscaling:*", "backup-storage:MountCapsule", "backup:*", "cloudfront:*", "ec2:*", "ecr:*", "eks:*", "elasticloadbalancing:*", "logs:*", "network-firewall:*", "rds:*", "route53:*", "tag:Get*", "wafv2:*"], Resource = "*" }
      ManageBuckets             = { Effect = "Allow", Action = ["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:PutBucket*", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"], Resource = "arn:aws:s3:::control-plane-dev-*" }
      ManageSecrets             = { Effect = "Allow", Action = ["secretsmanager:CancelRotateSecret", "secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy", "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RestoreSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret", "secretsmanager:ValidateResourcePolicy"], Resource = ["arn:aws:secretsmanager:*:123456789012:secret:control-plane/dev/*", "arn:aws:secretsmanager:*:123456789012:secret:rds!*"] }
      ManageKeys                = { Effect = "Allow", Action = ["kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*", "kms:PutKeyPolicy", "kms:ReplicateKey", "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription", "kms:UpdatePrimaryRegion"], Resource = "*" }
      UseKeysThroughServices    = { Effect = "Allow", Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"], Resource = "*", Condition = { StringLike = { "kms:ViaService" = "*.amazonaws.com" } } }
      GrantKeysToServices       = { Effect = "Allow", Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } } }
      GrantKeysToClusters       = { Effect = "Allow", Action = ["kms:CreateGrant"], Resource = "arn:aws:kms:*:123456789012:key/*", Condition = { StringLike = { "kms:ViaService" = "eks.*.amazonaws.com" } } }
      ReadIdentities            = { Effect = "Allow", Action = ["iam:Get*", "iam:List*", "s3:ListAllMyBuckets"], Resource = "*" }
      MakeRolesUnderTheBoundary = { Effect = "Allow", Action = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"], Resource = "arn:aws:iam::123456789012:role/control-plane-dev-*", Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      AttachKnownPolicies       = { Effect = "Allow", Action = ["iam:AttachRolePolicy"], Resource = "arn:aws:iam::123456789012:role/control-plane-dev-*", Condition = { ArnEquals = { "iam:PolicyARN" = ["arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly", "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy", "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup", "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy", "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"] }, StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      KeepRoles                 = { Effect = "Allow", Action = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"], Resource = "arn:aws:iam::123456789012:role/control-plane-dev-*" }
      PassRoles                 = { Effect = "Allow", Action = ["iam:PassRole"], Resource = "arn:aws:iam::123456789012:role/control-plane-dev-*", Condition = { StringEquals = { "iam:PassedToService" = ["backup.amazonaws.com", "ec2.amazonaws.com", "eks.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com", "rds.amazonaws.com", "s3.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } } }
      ServiceRoles              = { Effect = "Allow", Action = ["iam:CreateServiceLinkedRole"], Resource = "arn:aws:iam::123456789012:role/aws-service-role/*" }
      DenyChangingCi            = { Effect = "Deny", Action = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"], Resource = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary", "arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] }
    })
    error_message = "The role that applies manages its environment, and is denied CI."
  }
}

run "apply_of_the_foundation" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.apply["foundation-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } if contains(["DenyValues", "ManageCiRoles", "KeepCiRoles", "ManageCiIdentity", "ManageAccountSettings"], statement.Sid) }) == jsonencode({
      DenyValues            = { Effect = "Deny", Action = ["cloudtrail:GetQueryResults", "cloudtrail:LookupEvents", "ec2:DescribeInstanceAttribute", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask", "rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement", "rds-db:connect", "rds:DownloadCompleteDBLogFile", "rds:DownloadDBLogFilePortion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath", "wafv2:GetSampledRequests"], Resource = "*" }
      ManageCiRoles         = { Effect = "Allow", Action = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"], Resource = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"], Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      KeepCiRoles           = { Effect = "Allow", Action = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"], Resource = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] }
      ManageCiIdentity      = { Effect = "Allow", Action = ["iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeleteOpenIDConnectProvider", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:TagPolicy", "iam:UntagOpenIDConnectProvider", "iam:UntagPolicy", "iam:UpdateOpenIDConnectProviderThumbprint"], Resource = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"] }
      ManageAccountSettings = { Effect = "Allow", Action = ["access-analyzer:*", "budgets:*", "cloudtrail:*", "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"], Resource = "*" }
    })
    error_message = "The foundation makes CI and settings of the account besides, and is denied values."
  }
}

run "trust" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      Ci = { Effect = "Allow", Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:repository_id" = "1", "token.actions.githubusercontent.com:sub" = ["repo:example@2/platform@1:environment:control-plane-dev"] } } }
    })
    error_message = "Tokens of the one subject enter."
  }
}
