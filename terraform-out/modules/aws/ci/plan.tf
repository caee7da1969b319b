# What the roles that plan may do: read the configuration of what exists and their own state, and hold its lock.

locals {
  # Actions that read configuration. Reading data (objects, secrets, parameters, log events, tables) is not among them.
  describe = [
    "access-analyzer:GetAnalyzer", "access-analyzer:List*", "acm:DescribeCertificate", "acm:List*", "aps:Describe*", "aps:List*",
    "autoscaling:Describe*", "backup:Describe*", "backup:Get*", "backup:List*", "budgets:ListTagsForResource", "budgets:ViewBudget",
    "cloudfront:Get*", "cloudfront:List*", "cloudtrail:Describe*", "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors",
    "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags", "cloudtrail:ListTrails", "ec2:Describe*", "ec2:GetEbsDefaultKmsKeyId",
    "ec2:GetEbsEncryptionByDefault", "ec2:GetImageBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults",
    "ec2:GetManagedPrefixListEntries", "ec2:GetSnapshotBlockPublicAccessState", "ecr:Describe*", "ecr:GetLifecyclePolicy",
    "ecr:GetRegistryPolicy", "ecr:GetRegistryScanningConfiguration", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource", "eks:Describe*",
    "eks:List*", "elasticloadbalancing:Describe*", "iam:GetAccountPasswordPolicy", "iam:GetInstanceProfile", "iam:GetOpenIDConnectProvider",
    "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy", "iam:List*", "kms:DescribeKey", "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus", "kms:List*", "logs:Describe*", "logs:GetDelivery*", "logs:List*", "network-firewall:Describe*",
    "network-firewall:List*", "rds:Describe*", "rds:ListTagsForResource", "route53:Get*", "route53:List*", "s3:GetAccelerateConfiguration",
    "s3:GetAccountPublicAccessBlock", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets", "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy", "secretsmanager:ListSecrets", "tag:Get*", "wafv2:GetIPSet", "wafv2:GetLoggingConfiguration",
    "wafv2:GetRuleGroup", "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:List*",
  ]

  # Data that neither planning nor applying has any business with, whatever another policy may allow one day.
  values = [
    "cloudtrail:GetQueryResults", "cloudtrail:LookupEvents", "ec2:DescribeInstanceAttribute", "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:FilterLogEvents",
    "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:StartQuery", "logs:Unmask",
    "rds-data:BatchExecuteStatement", "rds-data:ExecuteStatement", "rds-db:connect", "rds:DownloadCompleteDBLogFile",
    "rds:DownloadDBLogFilePortion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ssm:GetParameter",
    "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath", "wafv2:GetSampledRequests",
  ]

  # The state module names its key like its bucket. By alias, because the key's ARN is not known in the first plan.
  state_alias = "alias/${trimsuffix(var.state.bucket, "-${var.context.account}")}"
  state_keys  = "arn:aws:kms:${var.state.region}:${var.context.account}:key/*"
  state_via   = "s3.${var.state.region}.amazonaws.com"

  state_statements = {
    for name, environment in var.spec.environments : name => [
      {
        # Without it S3 answers 403 instead of 404 for a state that is yet to be written. Names of states are no secret.
        Sid      = "FindState"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = local.state_bucket
      },
      {
        # wildcard: one lock beside each state of the environment
        Sid      = "LockState"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = "${local.state_bucket}/${environment.state_prefix}*.tflock"
      },
      {
        # wildcard: the condition names the one key that is meant by its alias
        Sid      = "UseStateKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = local.state_keys
        Condition = {
          StringEquals               = { "kms:ViaService" = local.state_via }
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = [local.state_alias] }
        }
      },
      {
        # wildcard: a denial covers every resource
        Sid      = "DenyValues"
        Effect   = "Deny"
        Action   = local.values
        Resource = "*"
      },
    ]
  }

  # No environment reads another one's state, and nobody reads data to plan.
  plan_policies = {
    for name, environment in var.spec.environments : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(local.state_statements[name], [
        {
          # wildcard: every state of the environment, and what its layers hand on to each other
          Sid      = "ReadState"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
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
          # wildcard: every bucket that carries the environment's name; asking whether a bucket exists takes the right to list it
          Sid      = "FindBuckets"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = "arn:aws:s3:::${name}-*"
        },
        {
          # wildcard: objects, their versions and their attributes, of every bucket but the environment's state
          Sid         = "DenyPayloads"
          Effect      = "Deny"
          Action      = ["s3:GetObject*"]
          NotResource = "${local.state_bucket}/${environment.state_prefix}*"
        },
        {
          # wildcard: a denial covers every key, unless S3 asks while serving the state
          Sid       = "DenyDecryptingDirectly"
          Effect    = "Deny"
          Action    = ["kms:Decrypt"]
          Resource  = "*"
          Condition = { StringNotEquals = { "kms:ViaService" = local.state_via } }
        },
        {
          # wildcard: a denial covers every key but the state's
          Sid      = "DenyOtherKeys"
          Effect   = "Deny"
          Action   = ["kms:Decrypt"]
          Resource = "*"
          # True for a key without any alias too, which is what a denial needs.
          Condition = { "ForAllValues:StringNotEquals" = { "kms:ResourceAliases" = [local.state_alias] } }
        },
      ])
    })
  }
}
