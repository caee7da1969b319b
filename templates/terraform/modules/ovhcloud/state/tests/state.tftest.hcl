# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "ovh" {
  override_during = plan
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "0123456789abcdef0123456789abcdef"
    region         = "gra"
    replica_region = "rbx"
    protected      = false
  }
  component = "state"
  tags      = { component = "state", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  spec      = { noncurrent_days = 30 }
}

run "keeps_versions_of_state" {
  command = plan

  assert {
    condition     = ovh_cloud_project_storage.this.versioning.status == "enabled" && ovh_cloud_project_storage.this.encryption.sse_algorithm == "AES256" && ovh_cloud_project_storage.this.hide_objects
    error_message = "Versioned, encrypted, and not listed in a state."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.name == "foundation-dev-state-01234567" && ovh_cloud_project_storage.this.region_name == "GRA"
    error_message = "Name and region are known before the apply."
  }

  assert {
    condition     = one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule.noncurrent_version_expiration if rule.id == "old-versions"]).noncurrent_days == 30 && one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule.noncurrent_version_expiration if rule.id == "old-versions"]).newer_noncurrent_versions == 10
    error_message = "Ten old versions stay whatever their age."
  }

  assert {
    condition     = length([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule if try(rule.expiration.days, null) != null]) == 0
    error_message = "No state expires."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.tags == tomap({ component = "state", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" })
    error_message = "Tags say whose it is."
  }
}

run "says_how_it_is_reached_and_locked" {
  command = plan

  assert {
    condition     = output.exports.lock == "s3_lockfile" && output.exports.endpoint == "https://s3.gra.io.cloud.ovh.net" && output.exports.region == "gra" && output.exports.key_id == null
    error_message = "The lock is an object beside the state."
  }
}

run "refuses_short_histories" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { noncurrent_days = 29 }
  }
}

run "refuses_short_histories_when_protected" {
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
    spec = { noncurrent_days = 89 }
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
    tags = { component = "x", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  }
}
