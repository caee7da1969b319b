# The boundary grants nothing; it is the most that CI, and any role that CI makes, can ever do. So a role that an
# environment makes for itself cannot do what the environment's own roles may not.

locals {
  # Patterns, because the list of actions would be longer than a boundary may be.
  identity_changes = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*"]

  # Devices, keys, certificates and passwords, which no role has.
  credential_changes = ["iam:Deactivate*", "iam:Enable*", "iam:Reset*", "iam:Resync*", "iam:Upload*"]

  unless_foundation = { ArnNotEquals = { "aws:PrincipalArn" = local.foundation_role } }

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
        # wildcard: a denial covers every resource; people come from outside the account, not from CI
        Sid      = "DenyPeopleAndOrganisation"
        Effect   = "Deny"
        Action   = ["account:*", "iam:*AccessKey", "iam:*LoginProfile", "iam:*SAMLProvider", "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateGroup", "iam:CreateUser", "iam:PutGroupPolicy", "iam:PutUserPolicy", "organizations:*", "sso:*"]
        Resource = "*"
      },
      {
        # wildcard: a denial covers every role
        Sid      = "DenyBecomingAnother"
        Effect   = "Deny"
        Action   = ["sts:AssumeRole"]
        Resource = "*"
      },
      {
        # Left out are the roles that AWS defines for its services: a control plane may have them made.
        # wildcard: a denial covers every other identity; a role that CI made for a workload changes and passes none
        Sid         = "DenyIdentitiesToWorkloads"
        Effect      = "Deny"
        Action      = concat(local.identity_changes, local.credential_changes)
        NotResource = "${local.role_prefix}aws-service-role/*"
        Condition   = { ArnNotEquals = { "aws:PrincipalArn" = local.apply_roles } }
      },
      {
        # wildcard: a denial covers every role
        Sid       = "DenyRolesWithoutBoundary"
        Effect    = "Deny"
        Action    = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        Resource  = "*"
        Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
      },
      {
        # wildcard: a denial covers every role
        Sid      = "DenyLiftingTheBoundary"
        Effect   = "Deny"
        Action   = ["iam:DeleteRolePermissionsBoundary"]
        Resource = "*"
      },
      {
        # wildcard: every action on identities that changes something
        Sid       = "DenyChangingCi"
        Effect    = "Deny"
        Action    = local.identity_changes
        Resource  = concat([local.provider_arn, local.boundary_arn], local.ci_roles)
        Condition = local.unless_foundation
      },
      {
        # wildcard: settings of the account belong to no resource
        Sid       = "DenyAccountSettings"
        Effect    = "Deny"
        Action    = ["access-analyzer:DeleteAnalyzer", "budgets:ModifyBudget", "cloudtrail:Put*", "cloudtrail:UpdateTrail", "ec2:DisableEbsEncryptionByDefault", "ec2:DisableImageBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess", "ec2:EnableImageBlockPublicAccess", "ec2:EnableSnapshotBlockPublicAccess", "ec2:ModifyEbsDefaultKmsKeyId", "ec2:ModifyInstanceMetadataDefaults", "ec2:ResetEbsDefaultKmsKeyId", "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "s3:PutAccountPublicAccessBlock"]
        Resource  = "*"
        Condition = local.unless_foundation
      },
      {
        # wildcard: a denial covers every trail
        Sid      = "DenyBlindingTheAudit"
        Effect   = "Deny"
        Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"]
        Resource = "*"
      },
      {
        # wildcard: a denial covers every bucket
        Sid      = "DenyBypassingRetention"
        Effect   = "Deny"
        Action   = ["s3:BypassGovernanceRetention"]
        Resource = "*"
      },
      {
        # wildcard: every object of the foundation's buckets, such as state and trail
        Sid      = "DenyErasingTheRecord"
        Effect   = "Deny"
        Action   = ["s3:DeleteObjectVersion"]
        Resource = "arn:aws:s3:::${var.context.name}-*/*"
      },
      {
        # wildcard: every setting of the foundation's buckets
        Sid       = "DenyFoundationBuckets"
        Effect    = "Deny"
        Action    = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"]
        Resource  = "arn:aws:s3:::${var.context.name}-*"
        Condition = local.unless_foundation
      },
      {
        # wildcard: every state; each role of CI may reach its own environment's only, by its own policy
        Sid       = "DenyStateToWorkloads"
        Effect    = "Deny"
        Action    = ["s3:DeleteObject", "s3:GetObject*", "s3:PutObject*"]
        Resource  = "${local.state_bucket}/*"
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = local.ci_roles } }
      },
      {
        # wildcard: a denial covers every key; grants that no service asks for are for the roles that make clusters
        Sid      = "DenyDirectGrants"
        Effect   = "Deny"
        Action   = ["kms:CreateGrant"]
        Resource = "*"
        Condition = {
          ArnNotEquals = { "aws:PrincipalArn" = local.apply_roles }
          # A call without the key has to count as a match.
          BoolIfExists = { "kms:GrantIsForAWSResource" = "false" }
        }
      },
      {
        # wildcard: keys have ids only; the condition names the foundation's by their aliases
        Sid      = "DenyFoundationKeys"
        Effect   = "Deny"
        Action   = ["kms:Disable*", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:ScheduleKeyDeletion"]
        Resource = "*"
        Condition = merge(local.unless_foundation, {
          "ForAnyValue:StringLike" = { "kms:ResourceAliases" = ["alias/${var.context.name}-*"] }
        })
      },
      {
        # Left out is the key of disks that name none: volumes of every environment need grants on it, and its policy gives
        # them to services only.
        # wildcard: keys have ids only; the conditions name the foundation's by their aliases
        Sid      = "DenyFoundationGrants"
        Effect   = "Deny"
        Action   = ["kms:CreateGrant"]
        Resource = "*"
        Condition = merge(local.unless_foundation, {
          "ForAnyValue:StringLike"       = { "kms:ResourceAliases" = ["alias/${var.context.name}-*"] }
          "ForAllValues:StringNotEquals" = { "kms:ResourceAliases" = ["alias/${var.context.name}-disks"] }
        })
      },
      {
        # wildcard: every alias of the foundation, in every region
        Sid       = "DenyFoundationAliases"
        Effect    = "Deny"
        Action    = ["kms:*Alias"]
        Resource  = "arn:aws:kms:*:${var.context.account}:alias/${var.context.name}-*"
        Condition = local.unless_foundation
      },
    ]
  })
}
