# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "ovh" {
  override_during = plan
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "0123456789abcdef0123456789abcdef"
    region         = "gra"
    replica_region = "rbx"
    protected      = false
  }
  component = "backup"
  tags      = { component = "backup", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    schedule    = "cron(0 2 * * ? *)"
    retain_days = 35
    lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
    copy        = true
  }
}

run "locks_both_buckets_for_as_long_as_backups_are_kept" {
  command = plan

  assert {
    condition     = alltrue([for bucket in [ovh_cloud_project_storage.this, ovh_cloud_project_storage.copy[0]] : bucket.object_lock.status == "enabled" && bucket.object_lock.rule.mode == "governance" && bucket.object_lock.rule.period == "P35D"])
    error_message = "Lock, mode and period are on both."
  }

  assert {
    condition     = alltrue([for bucket in [ovh_cloud_project_storage.this, ovh_cloud_project_storage.copy[0]] : bucket.versioning.status == "enabled" && bucket.encryption.sse_algorithm == "AES256" && bucket.hide_objects && bucket.tags["data_class"] == "restricted"])
    error_message = "Both are versioned, encrypted and tagged."
  }

  assert {
    condition     = alltrue([for config in [ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this, ovh_cloud_project_storage_object_bucket_lifecycle_configuration.copy[0]] : one([for rule in config.rules : rule.expiration.days if rule.id == "expire"]) == 35 && one([for rule in config.rules : rule.noncurrent_version_expiration.noncurrent_days if rule.id == "old-versions"]) == 1])
    error_message = "Backups go after their lock, on both sides."
  }
}

run "copies_go_to_the_other_region" {
  command = plan

  assert {
    condition     = ovh_cloud_project_storage.copy[0].region_name == "RBX" && ovh_cloud_project_storage.this.replication.rules[0].destination.region == "RBX" && ovh_cloud_project_storage.this.replication.rules[0].destination.name == "control-plane-dev-backup-01234567-dr"
    error_message = "The copy is in the replica region."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.replication.rules[0].delete_marker_replication == "disabled" && ovh_cloud_project_storage.this.replication.rules[0].destination.remove_on_main_bucket_deletion == false
    error_message = "What happens to the original does not happen to the copy."
  }

  assert {
    condition     = output.exports.vault == "control-plane-dev-backup-01234567" && output.exports.copy_vault == "control-plane-dev-backup-01234567-dr"
    error_message = "The exports name both."
  }
}

run "protected_means_compliance" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = true
    }
  }

  assert {
    condition     = ovh_cloud_project_storage.this.object_lock.rule.mode == "compliance" && ovh_cloud_project_storage.copy[0].object_lock.rule.mode == "compliance"
    error_message = "Nobody shortens it."
  }
}

run "without_lock_and_copy" {
  command = plan

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 14
      lock        = { enabled = false, min_days = 0, max_days = 0, grace_days = 0 }
      copy        = false
    }
  }

  assert {
    condition     = local.object_lock == null
    error_message = "No lock is made."
  }

  assert {
    condition     = length(ovh_cloud_project_storage.copy) == 0 && length(ovh_cloud_project_storage_object_bucket_lifecycle_configuration.copy) == 0 && output.exports.copy_vault == null
    error_message = "No copy is claimed."
  }
}

run "refuses_no_whole_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 7.5
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = false
    }
  }
}

run "refuses_a_short_retention_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = true
    }
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 6
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = false
    }
  }
}

run "refuses_no_lock_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = true
    }
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 35
      lock        = { enabled = false, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = false
    }
  }
}

run "refuses_a_retention_below_the_lock" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 6
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = false
    }
  }
}

run "refuses_a_retention_above_the_lock" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 91
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = false
    }
  }
}

run "refuses_a_copy_without_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = null
      protected      = false
    }
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 35
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_an_account_of_another_kind" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_region_outside_the_eu" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "bhs"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_replica_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "gra"
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier_and_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "Control-Plane-"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "fifteen-letters"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "x", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
