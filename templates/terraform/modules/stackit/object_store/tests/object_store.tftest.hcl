# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_objectstorage_compliance_lock" {
    defaults = { max_retention_days = 365 }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
    region         = "eu01"
    replica_region = null
    protected      = false
  }
  component = "evidence"
  tags      = { component = "evidence", cost_centre = "4711", data_class = "evidence", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    versioning      = true
    worm            = { mode = "compliance", retain_days = 365, legal_hold = true }
    noncurrent_days = 30
    tiers           = []
    replicate       = false
    cors_origins    = []
  }
}

run "locks_for_as_long_as_asked" {
  command = plan

  assert {
    condition     = [for retention in stackit_objectstorage_default_retention.this : "${retention.bucket_name} ${retention.mode} ${retention.days}"] == ["control-plane-dev-evidence-0f1e2d3c COMPLIANCE 365"]
    error_message = "The default retention has mode and days of the specification."
  }

  assert {
    condition     = [for bucket in stackit_objectstorage_bucket.worm : bucket.object_lock] == [true] && length(stackit_objectstorage_bucket.plain) == 0
    error_message = "The bucket is made with Object Lock."
  }

  assert {
    condition     = [for lock in stackit_objectstorage_compliance_lock.this : lock.project_id] == ["0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"]
    error_message = "The project's switch is on."
  }
}

run "governance_is_passed_on" {
  command = plan

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "governance", retain_days = 30, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = [for retention in stackit_objectstorage_default_retention.this : "${retention.mode} ${retention.days}"] == ["GOVERNANCE 30"]
    error_message = "Governance is not compliance."
  }
}

run "a_plain_bucket_locks_nothing" {
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
    condition     = length(stackit_objectstorage_compliance_lock.this) == 0 && length(stackit_objectstorage_default_retention.this) == 0 && length(stackit_objectstorage_bucket.worm) == 0 && [for bucket in stackit_objectstorage_bucket.plain : bucket.object_lock] == [false]
    error_message = "Without worm there is no lock anywhere."
  }

  assert {
    condition     = output.exports.bucket == "control-plane-dev-evidence-0f1e2d3c"
    error_message = "The name is the same for both kinds."
  }
}

run "has_a_group_of_its_own" {
  command = plan

  assert {
    condition     = stackit_objectstorage_credentials_group.this.name == "control-plane-dev-evidence" && stackit_objectstorage_credentials_group.this.project_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
    error_message = "Keys are made in the component's own group."
  }
}

run "hands_on_where_it_is" {
  command = plan

  assert {
    condition     = output.exports.endpoint == "https://object.storage.eu01.onstackit.cloud" && output.exports.arn == "urn:sgws:s3:::control-plane-dev-evidence-0f1e2d3c" && output.exports.path_style && output.exports.replica_bucket == null && length(output.exports.grants) == 0
    error_message = "Clients find the bucket; nothing else is promised."
  }
}

run "refuses_more_than_the_project_allows" {
  command         = plan
  expect_failures = [stackit_objectstorage_default_retention.this]

  override_resource {
    target          = stackit_objectstorage_compliance_lock.this
    override_during = plan
    values          = { max_retention_days = 90 }
  }
}

run "refuses_a_lock_of_more_than_a_year" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 366, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_lock_of_no_time" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 0, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_an_unknown_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "forever", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_lock_without_versions" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      worm            = { mode = "compliance", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_versions_of_a_plain_bucket" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_copy" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
    }
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      distribution    = true
    }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "Control-Plane-dev-"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_account_that_is_no_project" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_region_of_another_provider" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu-central-1"
      replica_region = null
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
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = "eu01"
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
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
