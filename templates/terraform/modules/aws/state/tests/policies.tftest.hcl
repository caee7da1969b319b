# Who may do what, statement by statement: effect, principal, action, resource and condition. A change has to be made here too.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111" }
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
  component = "state"
  tags      = { component = "state", data_class = "internal" }
  spec      = { noncurrent_days = 30 }
}

run "state_key" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" && !(part == "Action" && contains(["AdministerThroughIam"], statement.Sid)) } }) == jsonencode({
      AdministerThroughIam = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Resource = "*" }
      UseThroughS3         = { Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"], Resource = "*", Condition = { StringEquals = { "kms:CallerAccount" = "123456789012", "kms:ViaService" = "s3.eu-central-1.amazonaws.com" } } }
    })
    error_message = "The key serves S3."
  }
}

run "state_bucket" {
  command = plan

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      DenyWithoutTls      = { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::foundation-dev-state-123456789012", "arn:aws:s3:::foundation-dev-state-123456789012/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } }
      DenyOldTls          = { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::foundation-dev-state-123456789012", "arn:aws:s3:::foundation-dev-state-123456789012/*"], Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } } }
      DenyOtherAccounts   = { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = ["arn:aws:s3:::foundation-dev-state-123456789012", "arn:aws:s3:::foundation-dev-state-123456789012/*"], Condition = { BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }, StringNotEquals = { "aws:PrincipalAccount" = "123456789012" } } }
      DenyOtherEncryption = { Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::foundation-dev-state-123456789012/*", Condition = { Null = { "s3:x-amz-server-side-encryption" = "false" }, StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" } } }
      DenyForeignKeys     = { Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::foundation-dev-state-123456789012/*", Condition = { Null = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }, StringNotLike = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = ["arn:aws:kms:eu-central-1:123456789012:alias/foundation-dev-state", "arn:aws:kms:eu-central-1:123456789012:key/*"] } } }
      DenyCustomerKeys    = { Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::foundation-dev-state-123456789012/*", Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } } }
    })
    error_message = "The bucket only denies."
  }
}
