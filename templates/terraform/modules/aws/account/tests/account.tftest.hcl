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

run "refuses_odd_retention" {
  command = plan

  variables {
    spec = {
      alert_emails = ["costs@example.org"]
      budgets = {
        account           = { amount = 600, currency = "USD", alert_at = [50, 80, 100] }
        control-plane-dev = { amount = 400, currency = "USD", alert_at = [100], stack = "control-plane", environment = "dev" }
      }
      trail = { retain_days = 91, lock = false }
    }
  }

  expect_failures = [var.spec]
}
