# Who may do what, statement by statement: effect, principal, action, resource and condition. A change has to be made here too.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111" }
  }

  mock_resource "aws_cloudtrail" {
    defaults = { arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev" }
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
  component = "account"
  tags      = { component = "account", data_class = "internal" }
  spec = {
    alert_emails = ["costs@example.org"]
    budgets = {
      account           = { amount = 600, currency = "USD", alert_at = [50, 80, 100] }
      control-plane-dev = { amount = 400, currency = "USD", alert_at = [100], stack = "control-plane", environment = "dev" }
    }
    trail = { retain_days = 90, lock = false }
  }
}

run "trail_key" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.trail.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      TrailEncrypts        = { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = ["kms:DescribeKey", "kms:GenerateDataKey"], Resource = "*", Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev" } } }
      ReadThroughS3        = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
    })
    error_message = "The key serves CloudTrail and readers through S3."
  }
}

run "disk_key" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.disks.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam  = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughEc2         = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = "ec2.eu-central-1.amazonaws.com" } } }
      GrantToServices       = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      AutoScalingDisks      = { Effect = "Allow", Principal = { AWS = "*" }, Action = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      AutoScalingDiskGrants = { Effect = "Allow", Principal = { AWS = "*" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }, Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
    })
    error_message = "The key serves EC2 and Auto Scaling."
  }
}

run "trail_bucket" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_s3_bucket_policy.trail.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      TrailChecksTheBucket = { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = "arn:aws:s3:::foundation-dev-trail-123456789012", Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev" } } }
      TrailWrites          = { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::foundation-dev-trail-123456789012/AWSLogs/123456789012/*", Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev", "s3:x-amz-acl" = "bucket-owner-full-control" } } }
      DenyWithoutTls       = { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::foundation-dev-trail-123456789012", "arn:aws:s3:::foundation-dev-trail-123456789012/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } }
      DenyOtherAccounts    = { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::foundation-dev-trail-123456789012", "arn:aws:s3:::foundation-dev-trail-123456789012/*"], Condition = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }, StringNotEquals = { "aws:PrincipalAccount" = "123456789012" } } }
      DenyRewritingHistory = { Effect = "Deny", Principal = "*", Action = ["s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"], Resource = "arn:aws:s3:::foundation-dev-trail-123456789012/*" }
    })
    error_message = "The trail writes, nobody rewrites."
  }
}
