# Who may do what, statement by statement: effect, principal, action, resource and condition. A change has to be made here too.
# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/5b1f9c1e-8a53-4c0b-9d0e-2f6a7c3e1b04" }
  }
}

mock_provider "aws" {
  alias           = "replica"
  override_during = plan

  mock_resource "aws_kms_replica_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-0b7f3f6e5a1c4d2e8f90a1b2c3d4e5f6" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "keys"
  tags      = { component = "keys", data_class = "confidential" }
  spec = {
    purposes = {
      database = { rotation_days = 365, deletion_days = 30, replica = true }
      objects  = { rotation_days = 365, deletion_days = 30, replica = true, distribution = true }
      secrets  = { rotation_days = 90, deletion_days = 7, replica = false }
      logs     = { rotation_days = 365, deletion_days = 30, replica = true }
      cluster  = { rotation_days = 365, deletion_days = 30, replica = false }
      registry = { rotation_days = 365, deletion_days = 30, replica = false }
      backup   = { rotation_days = 365, deletion_days = 30, replica = true }
    }
  }
}

run "objects" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.this["objects"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam    = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughServices      = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = ["s3.eu-central-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"] } } }
      GrantToServices         = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      DecryptForDistributions = { Effect = "Allow", Principal = { Service = "cloudfront.amazonaws.com" }, Action = ["kms:Decrypt"], Resource = "*", Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/*" } } }
    })
    error_message = "CloudFront reads; nobody else without a service."
  }
}

run "cluster" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.this["cluster"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam    = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughServices      = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = ["eks.eu-central-1.amazonaws.com", "ec2.eu-central-1.amazonaws.com"] } } }
      GrantToServices         = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      GrantToNewClusters      = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/control-plane-dev-apply" }, StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = "eks.eu-central-1.amazonaws.com" } } }
      AutoScalingVolumes      = { Effect = "Allow", Principal = { AWS = "*" }, Action = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      AutoScalingVolumeGrants = { Effect = "Allow", Principal = { AWS = "*" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }, Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
    })
    error_message = "Grants are for services; only the role that applies makes one for a new cluster."
  }
}

run "logs" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughServices   = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = ["aps.eu-central-1.amazonaws.com", "aps.eu-west-1.amazonaws.com"] } } }
      GrantToServices      = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
      EncryptLogGroups     = { Effect = "Allow", Principal = { Service = "logs.eu-central-1.amazonaws.com" }, Action = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-central-1:123456789012:log-group:*" } } }
    })
    error_message = "Besides its services, CloudWatch Logs uses the key."
  }
}

run "secrets" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.this["secrets"].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughServices   = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = ["secretsmanager.eu-central-1.amazonaws.com", "rds.eu-central-1.amazonaws.com"] } } }
      GrantToServices      = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:CreateGrant"], Resource = "*", Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" }, StringEquals = { "kms:CallerAccount" = "123456789012" } } }
    })
    error_message = "The key serves its services and nobody else."
  }
}
