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
  component = "evidence"
  tags      = { component = "evidence", cost_centre = "4711", data_class = "evidence", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    versioning      = true
    worm            = { mode = "compliance", retain_days = 2557, legal_hold = true }
    noncurrent_days = 90
    tiers           = [{ after_days = 90, class = "warm" }]
    replicate       = true
    cors_origins    = []
  }
}

run "locks_the_original_and_the_copy" {
  command = plan

  assert {
    condition     = alltrue([for bucket in [ovh_cloud_project_storage.this, ovh_cloud_project_storage.replica[0]] : bucket.object_lock.status == "enabled" && bucket.object_lock.rule.mode == "compliance" && bucket.object_lock.rule.period == "P2557D"])
    error_message = "Both have the lock with its rule, mode in lower case, period in days."
  }

  assert {
    condition     = alltrue([for bucket in [ovh_cloud_project_storage.this, ovh_cloud_project_storage.replica[0]] : bucket.versioning.status == "enabled" && bucket.encryption.sse_algorithm == "AES256" && bucket.hide_objects])
    error_message = "Both keep versions, encrypted."
  }
}

run "copies_go_to_the_replica_region_and_stay" {
  command = plan

  assert {
    condition     = ovh_cloud_project_storage.replica[0].region_name == "RBX" && ovh_cloud_project_storage.replica[0].name == "control-plane-dev-evidence-01234567-dr"
    error_message = "The copy is in the other region."
  }

  assert {
    condition     = length(ovh_cloud_project_storage.this.replication.rules) == 1 && ovh_cloud_project_storage.this.replication.rules[0].status == "enabled" && ovh_cloud_project_storage.this.replication.rules[0].destination.region == "RBX" && ovh_cloud_project_storage.this.replication.rules[0].destination.name == "control-plane-dev-evidence-01234567-dr"
    error_message = "Everything is replicated there."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.replication.rules[0].delete_marker_replication == "disabled" && ovh_cloud_project_storage.this.replication.rules[0].destination.remove_on_main_bucket_deletion == false
    error_message = "Neither deletions nor the end of the bucket reach the copy."
  }

  assert {
    condition     = output.exports.replica_bucket == "control-plane-dev-evidence-01234567-dr"
    error_message = "The exports name it."
  }
}

run "locked_versions_are_left_until_the_lock_ends" {
  command = plan

  assert {
    condition     = alltrue([for config in [ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this, ovh_cloud_project_storage_object_bucket_lifecycle_configuration.replica[0]] : one([for rule in config.rules : rule.noncurrent_version_expiration.noncurrent_days if rule.id == "old-versions"]) == 2557])
    error_message = "Old versions are not asked to go before their retention is over, on either side."
  }
}

run "grants_cannot_weaken_evidence" {
  command = plan

  assert {
    condition     = toset(keys(output.exports.grants)) == toset(["append", "legal_hold", "read", "rw"])
    error_message = "A write-once bucket has the legal_hold grant."
  }

  assert {
    condition     = length(setintersection(flatten([for policy in values(output.exports.grants) : [for statement in jsondecode(policy).Statement : statement.Action]]), ["s3:DeleteObject", "s3:PutObjectRetention", "s3:BypassGovernanceRetention", "s3:PutBucketObjectLockConfiguration"])) == 0
    error_message = "No grant deletes or touches retention."
  }
}

run "governance_without_legal_hold" {
  command = plan

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "governance", retain_days = 1, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = ovh_cloud_project_storage.this.object_lock.rule.mode == "governance" && ovh_cloud_project_storage.this.object_lock.rule.period == "P1D" && !contains(keys(output.exports.grants), "legal_hold")
    error_message = "The weaker mode and the shortest period are possible; nobody holds."
  }
}
