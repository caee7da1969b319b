mock_provider "aws" {
  override_during = plan

  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:control-plane-dev-backup" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/control-plane-dev-backup-service" }
  }
}

mock_provider "aws" {
  alias           = "replica"
  override_during = plan

  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:control-plane-dev-backup" }
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
  component = "backup"
  tags      = { component = "backup", data_class = "restricted" }
  keys = {
    ids         = { backup = "arn:aws:kms:eu-central-1:123456789012:key/mrk-0b7f3f6e5a1c4d2e8f90a1b2c3d4e5f6" }
    replica_ids = { backup = "arn:aws:kms:eu-west-1:123456789012:key/mrk-0b7f3f6e5a1c4d2e8f90a1b2c3d4e5f6" }
  }
  spec = {
    schedule    = "cron(30 4 * * ? *)"
    retain_days = 14
    lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
    copy        = false
  }
}

run "backs_up_every_day" {
  command = plan

  assert {
    condition     = aws_backup_vault.this.kms_key_arn == var.keys.ids["backup"] && aws_backup_vault.this.name == "control-plane-dev-backup" && aws_backup_vault.this.force_destroy != true
    error_message = "The vault is under the backup key and never emptied by Terraform."
  }

  assert {
    condition     = one(aws_backup_plan.this.rule).schedule == "cron(30 4 * * ? *)" && one(aws_backup_plan.this.rule).schedule_expression_timezone == "Etc/UTC" && one(aws_backup_plan.this.rule).lifecycle[0].delete_after == 14 && one(aws_backup_plan.this.rule).target_vault_name == aws_backup_vault.this.name
    error_message = "Schedule and retention come from the spec."
  }

  assert {
    condition     = one(aws_backup_plan.this.rule).start_window == 120 && one(aws_backup_plan.this.rule).completion_window == 720
    error_message = "A backup has two hours to begin and half a day to end."
  }

  assert {
    condition     = one(aws_backup_plan.this.rule).recovery_point_tags == tomap({ component = "backup", data_class = "restricted", stack = "control-plane", environment = "dev" })
    error_message = "Backups carry tags."
  }

  assert {
    condition     = aws_backup_vault.this.tags == tomap({ component = "backup", data_class = "restricted" }) && aws_backup_plan.this.tags["component"] == "backup" && aws_iam_role.this.tags["component"] == "backup"
    error_message = "Vault, plan and role carry the tags."
  }
}

run "selects_by_all_three_tags" {
  command = plan

  assert {
    condition     = { for tag in one(aws_backup_selection.this.condition).string_equals : tag.key => tag.value } == { "aws:ResourceTag/stack" = "control-plane", "aws:ResourceTag/environment" = "dev", "aws:ResourceTag/backup" = "daily" }
    error_message = "Stack, environment and backup tag have to match together."
  }

  assert {
    condition     = length(aws_backup_selection.this.selection_tag) == 0
    error_message = "No tag selects by itself."
  }

  assert {
    condition     = toset(aws_backup_selection.this.resources) == toset(["arn:aws:rds:eu-central-1:123456789012:db:*", "arn:aws:s3:::*"])
    error_message = "Databases and buckets are taken, nothing else."
  }
}

run "has_no_copy_no_lock_and_no_guard_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_backup_vault.copy) + length(aws_backup_vault_lock_configuration.this) + length(aws_backup_vault_lock_configuration.copy) + length(aws_backup_vault_policy.this) + length(aws_backup_vault_policy.copy) == 0 && length(one(aws_backup_plan.this.rule).copy_action) == 0
    error_message = "Development keeps backups here and may remove them."
  }

  assert {
    condition     = output.exports == { vault = "control-plane-dev-backup", copy_vault = null }
    error_message = "Without copies there is no copy vault."
  }
}

run "copies_when_asked" {
  command = plan

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = true
    }
  }

  assert {
    condition     = aws_backup_vault.copy[0].kms_key_arn == var.keys.replica_ids["backup"]
    error_message = "The copy vault is under the key of its region."
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).copy_action).destination_vault_arn == "arn:aws:backup:eu-west-1:123456789012:backup-vault:control-plane-dev-backup" && one(one(aws_backup_plan.this.rule).copy_action).lifecycle[0].delete_after == 14
    error_message = "Every backup is copied and kept as long."
  }

  assert {
    condition     = length(aws_backup_vault_lock_configuration.copy) + length(aws_backup_vault_policy.copy) == 0 && output.exports == { vault = "control-plane-dev-backup", copy_vault = "control-plane-dev-backup" }
    error_message = "A copy alone is neither locked nor guarded."
  }
}

run "locks_both_vaults" {
  command = plan

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 35
      lock        = { enabled = true, min_days = 7, max_days = 400, grace_days = 3 }
      copy        = true
      boundary    = "arn:aws:iam::123456789012:policy/control-plane-dev-ci-boundary"
    }
  }

  assert {
    condition = alltrue([
      for lock in [aws_backup_vault_lock_configuration.this[0], aws_backup_vault_lock_configuration.copy[0]] :
      lock.min_retention_days == 7 && lock.max_retention_days == 400 && lock.changeable_for_days == 3
    ])
    error_message = "Both vaults have the compliance lock of the spec."
  }

  assert {
    condition     = length(aws_backup_vault_policy.this) == 1 && length(aws_backup_vault_policy.copy) == 1
    error_message = "Both vaults refuse deletion by hand."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/control-plane-dev-ci-boundary"
    error_message = "The role carries the boundary."
  }
}

run "protected_vaults_refuse_deletion" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
  }

  assert {
    condition     = jsondecode(aws_backup_vault_policy.this[0].policy).Statement == [{ Sid = "DenyManualDeletion", Effect = "Deny", Principal = "*", Action = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"], Resource = "*", Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/control-plane-prod-backup-service", "arn:aws:iam::123456789012:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"] } } }]
    error_message = "Only AWS Backup's own roles end the life of a backup."
  }

  assert {
    condition     = aws_iam_role.this.name == "control-plane-prod-backup-service" && length(aws_backup_vault_policy.copy) == 0
    error_message = "The policy names the role that exists; without a copy there is no second policy."
  }
}

run "role_backs_up_but_does_not_restore" {
  command = plan

  assert {
    condition     = toset([for attachment in aws_iam_role_policy_attachment.this : attachment.policy_arn]) == toset(["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup", "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"])
    error_message = "The role has the two backup policies and no restore policy."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "backup.amazonaws.com" } && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    error_message = "Only AWS Backup takes the role, and only for this account."
  }
}

run "refuses_a_schedule_of_five_fields" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ?)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_rate" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "rate(1 day)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_no_retention" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 0
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_retention_below_the_lock" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 6
      lock        = { enabled = true, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_retention_above_the_lock" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 401
      lock        = { enabled = true, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_lock_turned_around" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 14
      lock        = { enabled = true, min_days = 30, max_days = 7, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_grace_too_short" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 14
      lock        = { enabled = true, min_days = 7, max_days = 400, grace_days = 2 }
      copy        = false
    }
  }
}

run "refuses_a_malformed_boundary" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
      boundary    = "boundary"
    }
  }
}

run "refuses_a_short_retention_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 6
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = false
    }
  }
}

run "refuses_a_copy_without_a_replica_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids         = { backup = "arn:aws:kms:eu-central-1:123456789012:key/mrk-0b7f3f6e5a1c4d2e8f90a1b2c3d4e5f6" }
      replica_ids = {}
    }
    spec = {
      schedule    = "cron(30 4 * * ? *)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 400, grace_days = 7 }
      copy        = true
    }
  }
}

run "refuses_a_missing_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = {}, replica_ids = {} }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}
