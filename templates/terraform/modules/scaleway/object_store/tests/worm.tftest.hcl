# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_key_manager_key" {
    defaults = { id = "fr-par/3c4d5e6f-0000-4000-8000-0000000000ff" }
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
  component = "evidence"
  tags      = { component = "evidence", cost_centre = "4711", data_class = "evidence", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  keys = {
    ids         = { objects = "fr-par/3c4d5e6f-0000-4000-8000-000000000002" }
    replica_ids = {}
  }
  spec = {
    versioning      = true
    worm            = { mode = "compliance", retain_days = 2557, legal_hold = true }
    noncurrent_days = 90
    tiers           = [{ after_days = 90, class = "warm" }, { after_days = 365, class = "cold" }]
    replicate       = false
    cors_origins    = []
  }
}

run "locks_what_is_written" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.worm[0].object_lock_enabled && one(scaleway_object_bucket.worm[0].versioning).enabled && length(scaleway_object_bucket.plain) == 0
    error_message = "The bucket is made with Object Lock and versions."
  }

  assert {
    condition     = one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).mode == "COMPLIANCE" && one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).days == 2557 && scaleway_object_bucket_lock_configuration.this[0].bucket == "control-plane-dev-evidence-1a2b3c4d" && scaleway_object_bucket_lock_configuration.this[0].project_id == "1a2b3c4d-0000-4000-8000-000000000001"
    error_message = "Everything written is kept for seven years, whoever asks otherwise."
  }

  assert {
    condition     = !scaleway_object_bucket.worm[0].force_destroy
    error_message = "force_destroy would take locked objects with it."
  }

  assert {
    condition     = [for rule in scaleway_object_bucket.worm[0].lifecycle_rule : rule.id] == ["abandoned-uploads", "old-versions"]
    error_message = "Current objects do not expire, and none leaves the three zones."
  }

  assert {
    condition     = scaleway_object_bucket_acl.this.acl == "private" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "A write-once bucket is as private and encrypted as any."
  }
}

run "deletes_for_nobody" {
  command = plan

  assert {
    condition     = alltrue(flatten([for rule in values(output.exports.grants) : [for set in jsondecode(rule).permission_set_names : !endswith(set, "Delete") && !endswith(set, "FullAccess")]]))
    error_message = "No access deletes: a delete marker would hide evidence."
  }
}

run "accepts_governance_in_development" {
  command = plan

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "governance", retain_days = 7, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).mode == "GOVERNANCE" && one(one(scaleway_object_bucket_lock_configuration.this[0].rule).default_retention).days == 7
    error_message = "Mode and days are those asked for."
  }
}

run "refuses_governance_outside_development" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "stage"
      tier           = "staging"
      name           = "control-plane-stage"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
      protected      = false
    }
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      worm            = { mode = "governance", retain_days = 7, legal_hold = false }
    }
  }
}
