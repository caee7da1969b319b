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

run "guards_the_account" {
  command = plan

  assert {
    condition     = aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.include_global_service_events
    error_message = "Every region is recorded, in signed files."
  }

  assert {
    condition     = alltrue([aws_s3_account_public_access_block.this.block_public_acls, aws_s3_account_public_access_block.this.block_public_policy, aws_s3_account_public_access_block.this.ignore_public_acls, aws_s3_account_public_access_block.this.restrict_public_buckets])
    error_message = "No bucket of the account is public."
  }

  assert {
    condition     = aws_ebs_encryption_by_default.this.enabled && aws_ec2_instance_metadata_defaults.this.http_tokens == "required" && aws_ec2_instance_metadata_defaults.this.http_put_response_hop_limit == 1
    error_message = "Disks are encrypted, and metadata needs a token."
  }

  assert {
    condition     = aws_budgets_budget.this["control-plane-dev"].limit_amount == "400" && length(aws_budgets_budget.this["account"].notification) == 4
    error_message = "Budgets alert at each share and on the forecast."
  }

  assert {
    condition     = one(aws_budgets_budget.this["control-plane-dev"].cost_filter).values == tolist(["user:stack$control-plane"])
    error_message = "A budget of a stack counts what carries its tag."
  }

  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.trail) == 0
    error_message = "Without lock there is none."
  }

  assert {
    condition     = length(aws_budgets_budget.this["account"].cost_filter) == 0 && one([for notification in aws_budgets_budget.this["control-plane-dev"].notification : notification if notification.notification_type == "FORECASTED"]).subscriber_email_addresses == toset(["costs@example.org"])
    error_message = "The account's budget counts everything, and somebody is told of the forecast."
  }

  assert {
    condition     = aws_ebs_snapshot_block_public_access.this.state == "block-all-sharing" && aws_ec2_image_block_public_access.this.state == "block-new-sharing" && aws_ebs_default_kms_key.this.key_arn == aws_kms_key.disks.arn
    error_message = "Snapshots and images are not public; disks have a key of the account."
  }

  assert {
    condition     = aws_iam_account_password_policy.this.minimum_password_length == 20 && aws_iam_account_password_policy.this.max_password_age == 90 && aws_iam_account_password_policy.this.password_reuse_prevention == 24
    error_message = "Passwords are long and do not come back."
  }

  assert {
    condition     = aws_accessanalyzer_analyzer.this.type == "ACCOUNT"
    error_message = "What is shared outside is found."
  }

  assert {
    condition     = alltrue([for resource in [aws_kms_key.trail, aws_kms_key.disks, aws_s3_bucket.trail, aws_cloudtrail.this, aws_accessanalyzer_analyzer.this] : resource.tags["component"] == "account" && resource.tags["data_class"] == "internal"])
    error_message = "All carry the tags."
  }
}

run "keeps_the_trail_safe" {
  command = plan

  assert {
    condition     = alltrue([for flag in [aws_s3_bucket_public_access_block.trail.block_public_acls, aws_s3_bucket_public_access_block.trail.block_public_policy, aws_s3_bucket_public_access_block.trail.ignore_public_acls, aws_s3_bucket_public_access_block.trail.restrict_public_buckets] : flag]) && one(aws_s3_bucket_ownership_controls.trail.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "The bucket of the trail is not public, and has no access lists."
  }

  assert {
    condition     = aws_s3_bucket.trail.bucket == "foundation-dev-trail-123456789012" && aws_s3_bucket_versioning.trail.versioning_configuration[0].status == "Enabled" && one(aws_s3_bucket_server_side_encryption_configuration.trail.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.trail.arn && aws_cloudtrail.this.kms_key_id == aws_kms_key.trail.arn
    error_message = "Files are versioned and encrypted under the trail's key."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.trail.rule : one(rule.expiration).days if rule.id == "retention"]) == 91
    error_message = "Files go a day after their retention."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.trail.policy).Statement :
      statement.Effect == "Deny" ? true : statement.Principal == { Service = "cloudtrail.amazonaws.com" } && statement.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev"
    ])
    error_message = "Only this trail writes."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.trail.policy).Statement : statement if statement.Sid == "DenyWithoutTls"]).Condition.Bool["aws:SecureTransport"] == "false" && toset(one([for statement in jsondecode(aws_s3_bucket_policy.trail.policy).Statement : statement if statement.Sid == "DenyRewritingHistory"]).Action) == toset(["s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"])
    error_message = "TLS only, and nobody deletes."
  }

  assert {
    condition     = toset([for selector in aws_cloudtrail.this.advanced_event_selector : selector.name]) == toset(["Management", "WritesToBuckets", "ReadsOfTheFoundation", "DeletionsFromTheTrail"])
    error_message = "Management, writes, reads of state and trail, and deletions are recorded."
  }

  assert {
    condition     = one(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.not_starts_with if field.field == "resources.ARN"] if selector.name == "WritesToBuckets"])) == "arn:aws:s3:::foundation-dev-trail-123456789012/"
    error_message = "The trail does not record its own writing."
  }

  assert {
    condition     = one(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.starts_with if field.field == "eventName"] if selector.name == "DeletionsFromTheTrail"])) == "Delete" && one(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.starts_with if field.field == "resources.ARN"] if selector.name == "DeletionsFromTheTrail"])) == "arn:aws:s3:::foundation-dev-trail-123456789012/"
    error_message = "Deleting from the trail is in the trail."
  }

  assert {
    condition     = one(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.equals if field.field == "readOnly"] if selector.name == "ReadsOfTheFoundation"])) == "true" && one(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.starts_with if field.field == "resources.ARN"] if selector.name == "ReadsOfTheFoundation"])) == "arn:aws:s3:::foundation-dev-"
    error_message = "Reading state or trail is in the trail."
  }
}

run "keys_serve_their_services_only" {
  command = plan

  assert {
    condition     = alltrue(flatten([for key in [aws_kms_key.trail, aws_kms_key.disks] : [key.enable_key_rotation, key.deletion_window_in_days == 30]]))
    error_message = "Keys rotate."
  }

  assert {
    condition     = alltrue(flatten([for key in [aws_kms_key.trail, aws_kms_key.disks] : [for statement in jsondecode(key.policy).Statement : [for action in statement.Action : !strcontains(action, "*")]]]))
    error_message = "No action has a wildcard."
  }

  assert {
    condition = alltrue(flatten([
      for key in [aws_kms_key.trail, aws_kms_key.disks] : [
        for statement in jsondecode(key.policy).Statement :
        length(setintersection(statement.Action, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"])) == 0 || length(try(statement.Condition, {})) > 0
      ]
    ]))
    error_message = "Using a key has a condition."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.trail.policy).Statement : statement if statement.Sid == "TrailEncrypts"]).Condition == { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev" } }
    error_message = "CloudTrail uses the key for this trail, describing it included."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.disks.policy).Statement :
      try(statement.Principal.AWS, "") != "*" ? true : statement.Condition.ArnEquals["aws:PrincipalArn"] == "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    ])
    error_message = "A statement for any principal names the one role it means."
  }
}

run "budget_of_an_environment" {
  command = plan

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { dev = { amount = 10.5, currency = "USD", alert_at = [100], environment = "dev" } }
      trail        = { retain_days = 90, lock = false }
    }
  }

  assert {
    condition     = one(aws_budgets_budget.this["dev"].cost_filter).values == tolist(["user:environment$dev"]) && aws_budgets_budget.this["dev"].limit_amount == "10.5"
    error_message = "Without a stack, the environment's tag counts."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { trail_bucket = "foundation-dev-trail-123456789012", trail_arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/foundation-dev", key_id = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111" }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "locks_the_trail" {
  command = plan

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets = {
        account           = { amount = 600, currency = "USD", alert_at = [50, 80, 100] }
        control-plane-dev = { amount = 400, currency = "USD", alert_at = [100], stack = "control-plane", environment = "dev" }
      }
      trail = { retain_days = 365, lock = true }
    }
  }

  assert {
    condition     = one(aws_s3_bucket_object_lock_configuration.trail).rule[0].default_retention[0].mode == "COMPLIANCE" && one(aws_s3_bucket_object_lock_configuration.trail).rule[0].default_retention[0].days == 365
    error_message = "Nobody shortens the record."
  }

  assert {
    condition     = aws_s3_bucket.trail.object_lock_enabled
    error_message = "The bucket is made for it."
  }
}

run "refuses_to_tell_nobody" {
  command = plan

  variables {
    spec = {
      alert_emails = []
      budgets = {
        account           = { amount = 600, currency = "USD", alert_at = [50, 80, 100] }
        control-plane-dev = { amount = 400, currency = "USD", alert_at = [100], stack = "control-plane", environment = "dev" }
      }
      trail = { retain_days = 90, lock = false }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_to_forget_soon" {
  command = plan

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets = {
        account           = { amount = 600, currency = "USD", alert_at = [50, 80, 100] }
        control-plane-dev = { amount = 400, currency = "USD", alert_at = [100], stack = "control-plane", environment = "dev" }
      }
      trail = { retain_days = 89, lock = false }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_a_malformed_address" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["costs"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [50] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_more_addresses_than_aws_takes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = [for number in range(11) : "costs${number}@example.org"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [50] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_a_budget_of_nothing" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 0, currency = "USD", alert_at = [50] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_a_budget_without_alerts" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_more_alerts_than_aws_takes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [20, 40, 60, 80, 100] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_an_unknown_currency" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 600, currency = "dollars", alert_at = [50] } }
      trail        = { retain_days = 90, lock = false }
    }
  }
}

run "refuses_a_trail_without_lock_when_protected" {
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
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [50] } }
      trail        = { retain_days = 365, lock = false }
    }
  }
}

run "refuses_a_short_trail_when_protected" {
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
    spec = {
      alert_emails = ["costs@example.org"]
      budgets      = { account = { amount = 600, currency = "USD", alert_at = [50] } }
      trail        = { retain_days = 180, lock = true }
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
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}
