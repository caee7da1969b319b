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
    noncurrent_days = 30
    expire_days     = 400
    tiers           = []
    replicate       = false
    cors_origins    = ["https://app.example.org"]
  }
}

run "makes_a_private_bucket" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.plain[0].name == "control-plane-dev-evidence-1a2b3c4d" && scaleway_object_bucket.plain[0].region == "fr-par" && scaleway_object_bucket.plain[0].project_id == "1a2b3c4d-0000-4000-8000-000000000001" && length(scaleway_object_bucket.worm) == 0
    error_message = "There is one bucket, in the project and the region, named after stack, environment, component and project."
  }

  assert {
    condition     = scaleway_object_bucket_acl.this.acl == "private" && scaleway_object_bucket_acl.this.bucket == "control-plane-dev-evidence-1a2b3c4d"
    error_message = "Nobody gets in without a key."
  }

  assert {
    condition     = one(scaleway_object_bucket.plain[0].versioning).enabled && !scaleway_object_bucket.plain[0].force_destroy
    error_message = "Versions are kept, and a bucket with objects in it is not destroyed."
  }

  assert {
    condition     = scaleway_object_bucket.plain[0].tags == tomap({ component = "evidence", cost_centre = "4711", data_class = "evidence", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" })
    error_message = "The bucket carries the tags."
  }

  assert {
    condition     = alltrue([for resource in [scaleway_object_bucket_acl.this, scaleway_object_bucket_server_side_encryption_configuration.this] : resource.project_id == "1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Parts of the bucket name its project: the S3 API answers 403 otherwise."
  }
}

run "encrypts_under_the_key" {
  command = plan

  assert {
    condition     = one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "3c4d5e6f-0000-4000-8000-000000000002" && one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "Objects are encrypted under the key of the component keys."
  }

  assert {
    condition     = length(scaleway_key_manager_key.own) == 0
    error_message = "A key that is handed over is enough."
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
    condition     = [for key in scaleway_key_manager_key.own : [key.region, key.algorithm, key.unprotected, one(key.rotation_policy).rotation_period]] == [["fr-par", "aes_256_gcm", false, "8760h"]] && alltrue([for key in scaleway_key_manager_key.own : contains(key.tags, "owner=platform")])
    error_message = "The key is in the bucket's region, rotates every year, and no call deletes it."
  }

  assert {
    condition     = alltrue([for rule in values(output.exports.grants) : length([for set in jsondecode(rule).permission_set_names : set if startswith(set, "KeyManager")]) > 0])
    error_message = "Who reads or writes needs that key."
  }
}

run "keeps_house" {
  command = plan

  assert {
    condition     = [for rule in scaleway_object_bucket.plain[0].lifecycle_rule : rule.id] == ["abandoned-uploads", "expiry", "old-versions"] && alltrue([for rule in scaleway_object_bucket.plain[0].lifecycle_rule : rule.enabled])
    error_message = "Uploads that were given up, what has expired and old versions go."
  }

  assert {
    condition     = scaleway_object_bucket.plain[0].lifecycle_rule[0].abort_incomplete_multipart_upload_days == 7 && one(scaleway_object_bucket.plain[0].lifecycle_rule[1].expiration).days == 400 && one(scaleway_object_bucket.plain[0].lifecycle_rule[2].noncurrent_version_expiration).noncurrent_days == 30 && one(scaleway_object_bucket.plain[0].lifecycle_rule[2].expiration).expired_object_delete_marker
    error_message = "They go when asked to."
  }

  assert {
    condition     = one(scaleway_object_bucket.plain[0].cors_rule).allowed_origins == tolist(["https://app.example.org"]) && one(scaleway_object_bucket.plain[0].cors_rule).allowed_methods == tolist(["GET", "HEAD", "PUT"])
    error_message = "Browsers of the listed origins read and write by signed addresses."
  }
}

run "keeps_unversioned_objects_apart" {
  command = plan

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = !one(scaleway_object_bucket.plain[0].versioning).enabled && [for rule in scaleway_object_bucket.plain[0].lifecycle_rule : rule.id] == ["abandoned-uploads"] && length(scaleway_object_bucket.plain[0].cors_rule) == 0
    error_message = "Nothing is removed and no browser let in that was not asked for."
  }
}

run "freezes_in_paris" {
  command = plan

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 90, class = "warm" }, { after_days = 365, class = "cold" }, { after_days = 730, class = "frozen" }]
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = [for rule in scaleway_object_bucket.plain[0].lifecycle_rule : [for transition in rule.transition : "${transition.storage_class} after ${transition.days}"] if rule.id == "tiers"] == [["GLACIER after 730"]]
    error_message = "Only what is frozen leaves the three zones."
  }
}

run "freezes_nowhere_else" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "nl-ams"
      replica_region = "fr-par"
      protected      = false
    }
    keys = null
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 730, class = "frozen" }]
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = alltrue([for rule in scaleway_object_bucket.plain[0].lifecycle_rule : length(rule.transition) == 0])
    error_message = "Glacier would move Dutch data to France."
  }
}

run "grants_by_access" {
  command = plan

  assert {
    condition = { for access, rule in output.exports.grants : access => jsondecode(rule).permission_set_names } == {
      append = ["ObjectStorageObjectsWrite", "KeyManagerKeyEncrypt"]
      read   = ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "KeyManagerKeyDecrypt"]
      rw     = ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "ObjectStorageObjectsWrite", "ObjectStorageObjectsDelete", "KeyManagerKeyDecrypt", "KeyManagerKeyEncrypt"]
    }
    error_message = "Each access has the narrowest permission sets that give it."
  }

  assert {
    condition     = alltrue([for rule in values(output.exports.grants) : jsondecode(rule).project_ids == ["1a2b3c4d-0000-4000-8000-000000000001"]])
    error_message = "An access ends at the project."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = { for field, value in output.exports : field => value if field != "grants" } == { bucket = "control-plane-dev-evidence-1a2b3c4d", region = "fr-par", endpoint = "https://s3.fr-par.scw.cloud", path_style = true, replica_bucket = null, arn = "control-plane-dev-evidence-1a2b3c4d" } && contains(keys(output.exports), "grants")
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "warns_that_nothing_is_replicated" {
  command         = plan
  expect_failures = [check.replication]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
    }
  }
}

run "refuses_write_once_without_versions" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      worm            = { mode = "compliance", retain_days = 2557, legal_hold = true }
    }
  }
}

run "refuses_an_unknown_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      worm            = { mode = "strict", retain_days = 2557, legal_hold = true }
    }
  }
}

run "refuses_part_of_a_day_of_retention" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      worm            = { mode = "compliance", retain_days = 0.5, legal_hold = true }
    }
  }
}

run "refuses_old_versions_that_are_not_kept" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 0
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_expiry_before_the_lock_ends" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      worm            = { mode = "compliance", retain_days = 2557, legal_hold = true }
      expire_days     = 365
    }
  }
}

run "refuses_expiry_at_once" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      expire_days     = 0
    }
  }
}

run "refuses_an_unknown_class" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "lukewarm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_tiers_out_of_order" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 90, class = "cold" }, { after_days = 120, class = "warm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_tier_at_once" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 0, class = "cold" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_expiry_before_a_tier" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 90, class = "cold" }]
      replicate       = false
      cors_origins    = []
      expire_days     = 30
    }
  }
}

run "refuses_an_origin_with_wildcard" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = ["https://*.example.org"]
    }
  }
}

run "refuses_a_plain_origin_outside_development" {
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
      cors_origins    = ["http://localhost:3000"]
    }
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      distribution    = true
    }
  }
}

run "refuses_keys_without_objects" {
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
    tags = { component = "evidence", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
