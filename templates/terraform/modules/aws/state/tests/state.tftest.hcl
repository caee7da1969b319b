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

run "keeps_state_safe" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this.bucket == "foundation-dev-state-123456789012" && aws_kms_alias.this.name == "alias/foundation-dev-state"
    error_message = "Backends find bucket and key by these names."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "An old state can be had back."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "State is encrypted under its own key."
  }

  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy, aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets])
    error_message = "Nothing is public."
  }

  assert {
    condition     = alltrue([for sid in ["DenyWithoutTls", "DenyOldTls", "DenyOtherAccounts", "DenyOtherEncryption"] : contains([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid], sid)])
    error_message = "The policy denies what it must."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "The policy only denies."
  }

  assert {
    condition     = output.exports.lock == "s3_lockfile"
    error_message = "The lock is an object beside the state."
  }
}

run "refuses_to_forget_soon" {
  command = plan

  variables {
    spec = { noncurrent_days = 7 }
  }

  expect_failures = [var.spec]
}
