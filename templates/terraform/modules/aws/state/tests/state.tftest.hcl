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
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.this.arn && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "The key is the module's."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are off."
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.rotation_period_in_days == 365 && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key rotates, and a deletion can be called off for a month."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.noncurrent_version_expiration).noncurrent_days if rule.id == "old-versions"]) == 30 && one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : one(rule.noncurrent_version_expiration).newer_noncurrent_versions if rule.id == "old-versions"]) == 10
    error_message = "Old versions are kept as long as asked for, the newest ten longer."
  }

  assert {
    condition     = alltrue([for resource in [aws_kms_key.this, aws_s3_bucket.this] : resource.tags["component"] == "state" && resource.tags["data_class"] == "internal"])
    error_message = "Bucket and key carry the tags."
  }
}

run "bucket_policy_only_takes_away" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny" && statement.Principal == "*"])
    error_message = "The policy allows nobody anything."
  }

  assert {
    condition     = toset([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid]) == toset(["DenyWithoutTls", "DenyOldTls", "DenyOtherAccounts", "DenyOtherEncryption", "DenyForeignKeys", "DenyCustomerKeys"])
    error_message = "The policy denies what it must."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyWithoutTls"]).Condition == { Bool = { "aws:SecureTransport" = "false" } } && toset(one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyWithoutTls"]).Resource) == toset(["arn:aws:s3:::foundation-dev-state-123456789012", "arn:aws:s3:::foundation-dev-state-123456789012/*"])
    error_message = "Bucket and objects need TLS."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyOtherAccounts"]).Condition.StringNotEquals["aws:PrincipalAccount"] == "123456789012"
    error_message = "Other accounts stay out."
  }

  assert {
    condition     = contains(one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyForeignKeys"]).Condition.StringNotLike["s3:x-amz-server-side-encryption-aws-kms-key-id"], "arn:aws:kms:eu-central-1:123456789012:alias/foundation-dev-state")
    error_message = "The alias that backends name passes."
  }
}

run "key_serves_s3_only" {
  command = plan

  assert {
    condition     = alltrue(flatten([for statement in jsondecode(aws_kms_key.this.policy).Statement : [for action in statement.Action : startswith(action, "kms:") && !strcontains(action, "*")]]))
    error_message = "No action has a wildcard."
  }

  assert {
    condition     = length(setintersection(one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Action if statement.Sid == "AdministerThroughIam"]), ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"])) == 0 && contains(one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Action if statement.Sid == "AdministerThroughIam"]), "kms:PutKeyPolicy")
    error_message = "Administrators keep the key, and cannot use it."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition.StringEquals if statement.Sid == "UseThroughS3"]) == { "kms:CallerAccount" = "123456789012", "kms:ViaService" = "s3.eu-central-1.amazonaws.com" }
    error_message = "The key is used through S3, by this account."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { bucket = "foundation-dev-state-123456789012", region = "eu-central-1", endpoint = "https://s3.eu-central-1.amazonaws.com", key_id = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111", lock = "s3_lockfile" }
    error_message = "The exports have exactly the fields of the contract; the lock is an object beside the state."
  }
}

run "refuses_to_forget_soon" {
  command = plan

  variables {
    spec = { noncurrent_days = 7 }
  }

  expect_failures = [var.spec]
}

run "refuses_part_of_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { noncurrent_days = 30.5 }
  }
}

run "refuses_to_forget_soon_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "foundation"
      environment    = "prod"
      tier           = "production"
      name           = "foundation-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "foundation"
      environment    = "dev"
      tier           = "test"
      name           = "foundation-dev"
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "State_Bucket"
  }
}

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "state" }
  }
}
