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
      DenyIdentitiesToWorkloads = { Effect = "Deny", Action = ["iam:Attach*", "iam:CreateInstanceProfile", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy*", "iam:CreateRole", "iam:Delete*", "iam:Put*", "iam:Set*", "iam:Update*"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] } } }
      DenyRolesWithoutBoundary  = { Effect = "Deny", Action = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"], Resource = "*", Condition = { StringNotEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      DenyLiftingTheBoundary    = { Effect = "Deny", Action = ["iam:DeleteRolePermissionsBoundary"], Resource = "*" }
      DenyChangingCi            = { Effect = "Deny", Action = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"], Resource = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary", "arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"], Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyAccountSettings       = { Effect = "Deny", Action = ["access-analyzer:DeleteAnalyzer", "budgets:ModifyBudget", "cloudtrail:Put*", "cloudtrail:UpdateTrail", "ec2:DisableEbsEncryptionByDefault", "ec2:DisableImageBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess", "ec2:ModifyEbsDefaultKmsKeyId", "ec2:ModifyInstanceMetadataDefaults", "ec2:ResetEbsDefaultKmsKeyId", "iam:*AccountPasswordPolicy", "s3:PutAccountPublicAccessBlock"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyBlindingTheAudit      = { Effect = "Deny", Action = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"], Resource = "*" }
      DenyBypassingRetention    = { Effect = "Deny", Action = ["s3:BypassGovernanceRetention"], Resource = "*" }
      DenyErasingTheRecord      = { Effect = "Deny", Action = ["s3:DeleteObjectVersion"], Resource = "arn:aws:s3:::foundation-dev-*/*" }
      DenyFoundationBuckets     = { Effect = "Deny", Action = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"], Resource = "arn:aws:s3:::foundation-dev-*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
      DenyStateToWorkloads      = { Effect = "Deny", Action = ["s3:DeleteObject", "s3:GetObject*", "s3:PutObject*"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] } } }
      DenyDirectGrants          = { Effect = "Deny", Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] }, BoolIfExists = { "kms:GrantIsForAWSResource" = "false" } } }
      DenyFoundationKeys        = { Effect = "Deny", Action = ["kms:CreateGrant", "kms:Disable*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" }, "ForAnyValue:StringLike" = { "kms:ResourceAliases" = ["alias/foundation-dev-*"] } } }
      DenyFoundationAliases     = { Effect = "Deny", Action = ["kms:*Alias"], Resource = "arn:aws:kms:*:123456789012:alias/foundation-dev-*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/foundation-dev-apply" } } }
    })
    error_message = "The boundary takes away exactly this."
  }
}

run "plan" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["Describe", "DenyValues"], statement.Sid)) } }) == jsonencode({
      FindState              = { Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012" }
      LockState              = { Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*.tflock" }
      UseStateKey            = { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "arn:aws:kms:eu-central-1:123456789012:key/*", Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] }, StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyValues             = { Effect = "Deny", Resource = "*" }
      ReadState              = { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      Describe               = { Effect = "Allow", Resource = "*" }
      DenyPayloads           = { Effect = "Deny", Action = ["s3:GetObject*"], NotResource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      DenyDecryptingDirectly = { Effect = "Deny", Action = ["kms:Decrypt"], Resource = "*", Condition = { StringNotEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyOtherKeys          = { Effect = "Deny", Action = ["kms:Decrypt"], Resource = "*", Condition = { "ForAllValues:StringNotEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] } } }
    })
    error_message = "The role that plans reads configuration and its state, and is denied data."
  }
}

run "apply" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["DenyValues", "Manage", "ManageBuckets", "ManageSecrets", "ManageKeys"], statement.Sid)) } }) == jsonencode({
      FindState                 = { Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012" }
      LockState                 = { Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*.tflock" }
      UseStateKey               = { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "arn:aws:kms:eu-central-1:123456789012:key/*", Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] }, StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
      DenyValues                = { Effect = "Deny", Resource = "*" }
      WriteState                = { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*" }
      Manage                    = { Effect = "Allow", Resource = "*" }
      ManageBuckets             = { Effect = "Allow", Resource = "arn:aws:s3:::control-plane-dev-*" }
      ManageSecrets             = { Effect = "Allow", Resource = ["arn:aws:secretsmanager:*:123456789012:secret:control-plane/dev/*", "arn:aws:secretsmanager:*:123456789012:secret:rds!*"] }
      ManageKeys                = { Effect = "Allow", Resource = "*" }
      UseKeysThroughServices    = { Effect = "Allow", Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { StringLike = { "kms:ViaService" = "*.amazonaws.com" } } }
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
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.apply["foundation-dev"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["DenyValues", "ManageCiIdentity"], statement.Sid)) } if contains(["DenyValues", "ManageCiRoles", "KeepCiRoles", "ManageCiIdentity", "ManageAccountSettings"], statement.Sid) }) == jsonencode({
      DenyValues            = { Effect = "Deny", Resource = "*" }
      ManageCiRoles         = { Effect = "Allow", Action = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"], Resource = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"], Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" } } }
      KeepCiRoles           = { Effect = "Allow", Action = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"], Resource = ["arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-plan", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"] }
      ManageCiIdentity      = { Effect = "Allow", Resource = ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"] }
      ManageAccountSettings = { Effect = "Allow", Action = ["access-analyzer:*", "budgets:*", "cloudtrail:*", "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "s3:GetAccountPublicAccessBlock", "s3:PutAccountPublicAccessBlock"], Resource = "*" }
    })
    error_message = "The foundation makes CI and settings of the account besides, and is denied values."
  }
}

run "trust" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      Ci = { Effect = "Allow", Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:repository_id" = "1", "token.actions.githubusercontent.com:repository_owner_id" = "2", "token.actions.githubusercontent.com:sub" = ["repo:example@2/platform@1:environment:control-plane-dev"] } } }
    })
    error_message = "Tokens of the one subject enter."
  }
}
