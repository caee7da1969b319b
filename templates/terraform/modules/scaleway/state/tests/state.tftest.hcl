# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_key_manager_key" {
    defaults = { id = "fr-par/3c4d5e6f-0000-4000-8000-000000000021" }
  }
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "state"
  tags      = { component = "state", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  spec      = { noncurrent_days = 30 }
}

run "keeps_state_safe" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.this.name == "foundation-dev-state-1a2b3c4d" && scaleway_object_bucket.this.region == "fr-par" && scaleway_object_bucket.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001"
    error_message = "Backends find the bucket by this name."
  }

  assert {
    condition     = one(scaleway_object_bucket.this.versioning).enabled && !scaleway_object_bucket.this.force_destroy
    error_message = "An old state can be had back, and the bucket is not emptied."
  }

  assert {
    condition     = one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "3c4d5e6f-0000-4000-8000-000000000021" && one(scaleway_object_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "State is encrypted under the module's key."
  }

  assert {
    condition     = scaleway_key_manager_key.this.unprotected == false && one(scaleway_key_manager_key.this.rotation_policy).rotation_period == "8760h" && scaleway_key_manager_key.this.algorithm == "aes_256_gcm" && scaleway_key_manager_key.this.region == "fr-par"
    error_message = "The key rotates, and no call deletes it."
  }

  assert {
    condition     = scaleway_object_bucket_acl.this.acl == "private"
    error_message = "Nothing is public."
  }

  assert {
    condition     = one(one(scaleway_object_bucket.this.lifecycle_rule).noncurrent_version_expiration).noncurrent_days == 30 && one(one(scaleway_object_bucket.this.lifecycle_rule).noncurrent_version_expiration).newer_noncurrent_versions == 10 && one(scaleway_object_bucket.this.lifecycle_rule).enabled
    error_message = "Old versions are kept as long as asked for, the newest ten longer."
  }

  assert {
    condition     = one(one(scaleway_object_bucket.this.lifecycle_rule).expiration).days == null
    error_message = "The current state does not expire."
  }

  assert {
    condition     = scaleway_object_bucket.this.tags == tomap({ component = "state", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }) && scaleway_key_manager_key.this.tags == tolist(["component=state", "cost_centre=4711", "data_class=internal", "environment=dev", "managed_by=gen", "owner=platform", "stack=foundation"])
    error_message = "Bucket and key carry the tags."
  }

  assert {
    condition     = alltrue([for resource in [scaleway_object_bucket_acl.this, scaleway_object_bucket_server_side_encryption_configuration.this] : resource.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && resource.bucket == "foundation-dev-state-1a2b3c4d"])
    error_message = "Parts of the bucket name its project: the S3 API answers 403 otherwise."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { bucket = "foundation-dev-state-1a2b3c4d", region = "fr-par", endpoint = "https://s3.fr-par.scw.cloud", key_id = "fr-par/3c4d5e6f-0000-4000-8000-000000000021", lock = "s3_lockfile" }
    error_message = "The exports have exactly the fields of the contract; the lock is an object beside the state."
  }
}

run "refuses_to_forget_soon" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { noncurrent_days = 7 }
  }
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
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
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
      stack          = "foundation"
      environment    = "dev"
      tier           = "development"
      name           = "foundation-dev"
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
    tags = { component = "state", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  }
}
