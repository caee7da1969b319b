# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_key_manager_key" {
    defaults = { id = "nl-ams/3c4d5e6f-0000-4000-8000-0000000000ff" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "backup"
  tags      = { component = "backup", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  keys = {
    ids         = { backup = "fr-par/3c4d5e6f-0000-4000-8000-000000000007" }
    replica_ids = { backup = "nl-ams/3c4d5e6f-0000-4000-8000-000000000017" }
  }
  spec = {
    schedule    = "cron(0 2 * * ? *)"
    retain_days = 35
    lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
    copy        = true
  }
}

run "keeps_copies_in_the_other_region" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.this.name == "control-plane-dev-backup-1a2b3c4d" && scaleway_object_bucket.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001"
    error_message = "The bucket is named after stack, environment, component and project."
  }

  assert {
    condition     = alltrue([for resource in [scaleway_object_bucket.this, scaleway_object_bucket_acl.this, scaleway_object_bucket_server_side_encryption_configuration.this, scaleway_object_bucket_lock_configuration.this[0]] : resource.region == "nl-ams" && resource.project_id == "1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Copies survive the loss of the region."
  }

  assert {
    condition     = scaleway_object_bucket_acl.this.acl == "private"
    error_message = "Nobody gets in without a key."
  }

  assert {
    condition     = scaleway_object_bucket.this.tags == tomap({ component = "backup", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" })
    error_message = "The bucket carries the tags."
  }
}

run "locks_copies" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.this.object_lock_enabled && one(scaleway_object_bucket.this.versioning).enabled && !scaleway_object_bucket.this.force_destroy
    error_message = "The bucket is made with Object Lock and versions, and not emptied when destroyed."
  }

  assert {
    condition     = one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).mode == "COMPLIANCE" && one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).days == 35
    error_message = "Nobody deletes a copy early."
  }

  assert {
    condition     = one(one(scaleway_object_bucket.this.lifecycle_rule).noncurrent_version_expiration).noncurrent_days == 35 && one(one(scaleway_object_bucket.this.lifecycle_rule).expiration).expired_object_delete_marker && one(one(scaleway_object_bucket.this.lifecycle_rule).expiration).days == null
    error_message = "What was removed can be had back; what is current does not expire."
  }
}

run "encrypts_under_the_key_of_the_other_region" {
  command = plan

  assert {
    condition     = one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "3c4d5e6f-0000-4000-8000-000000000017" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The key is where the copies are."
  }
}

run "stays_at_home_unless_asked" {
  command = plan

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 14
      lock        = { enabled = false, min_days = 7, max_days = 35, grace_days = 3 }
      copy        = false
    }
  }

  assert {
    condition     = scaleway_object_bucket.this.region == "fr-par" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "3c4d5e6f-0000-4000-8000-000000000007"
    error_message = "Bucket and key are in the environment's region."
  }

  assert {
    condition     = scaleway_object_bucket.this.object_lock_enabled && length(scaleway_object_bucket_lock_configuration.this) == 0
    error_message = "Without a lock nothing is held; it can be asked for later."
  }
}

run "encrypts_without_keys" {
  command = plan

  variables {
    keys = null
  }

  assert {
    condition     = one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "3c4d5e6f-0000-4000-8000-0000000000ff"
    error_message = "Without keys from here, a key of the module's own encrypts."
  }

  assert {
    condition     = [for key in scaleway_key_manager_key.own : [key.region, key.algorithm, key.unprotected, one(key.rotation_policy).rotation_period]] == [[scaleway_object_bucket.this.region, "aes_256_gcm", false, "8760h"]] && alltrue([for key in scaleway_key_manager_key.own : contains(key.tags, "owner=platform")])
    error_message = "The key is in the bucket's region, rotates every year, and no call deletes it."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { vault = "control-plane-dev-backup-1a2b3c4d", copy_vault = null }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "refuses_to_keep_nothing" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 0
      lock        = { enabled = false, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_part_of_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 7.5
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_no_lock_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
      protected      = true
    }
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 35
      lock        = { enabled = false, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_a_retention_outside_the_lock" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 91
      lock        = { enabled = true, min_days = 7, max_days = 90, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_bounds_the_wrong_way_round" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      schedule    = "cron(0 2 * * ? *)"
      retain_days = 50
      lock        = { enabled = true, min_days = 90, max_days = 7, grace_days = 3 }
      copy        = true
    }
  }
}

run "refuses_a_copy_without_another_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
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

run "refuses_keys_of_the_wrong_region" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = { backup = "fr-par/3c4d5e6f-0000-4000-8000-000000000007" }, replica_ids = {} }
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
      account        = "123456789012"
      region         = "us-east-1"
      replica_region = "us-east-1"
      protected      = false
    }
  }
}

run "refuses_a_copy_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "fr-par"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "No_Name"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "backup", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
