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
  component = "files"
  tags      = { component = "files", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    versioning      = true
    noncurrent_days = 30
    expire_days     = 400
    tiers           = [{ after_days = 30, class = "warm" }, { after_days = 90, class = "cold" }]
    replicate       = false
    cors_origins    = []
  }
}

run "a_private_versioned_encrypted_bucket" {
  command = plan

  assert {
    condition     = ovh_cloud_project_storage.this.name == "control-plane-dev-files-01234567" && ovh_cloud_project_storage.this.region_name == "GRA" && ovh_cloud_project_storage.this.service_name == "0123456789abcdef0123456789abcdef"
    error_message = "The bucket is in the project and region, and its name carries the project."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.versioning.status == "enabled" && ovh_cloud_project_storage.this.encryption.sse_algorithm == "AES256"
    error_message = "Versions are kept, and encrypted."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.hide_objects
    error_message = "The state holds no list of objects."
  }

  assert {
    condition     = ovh_cloud_project_storage.this.tags == tomap({ component = "files", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" })
    error_message = "Tags say whose it is."
  }

  assert {
    condition     = length(ovh_cloud_project_storage.replica) == 0 && length(ovh_cloud_project_storage_object_bucket_lifecycle_configuration.replica) == 0 && local.object_lock == null
    error_message = "Without replicate there is no copy, and without worm no lock."
  }
}

run "objects_age_as_asked" {
  command = plan

  assert {
    condition     = toset(ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules[*].id) == toset(["abort-uploads", "expire", "old-versions", "tiers"]) && alltrue([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule.status == "enabled"])
    error_message = "The rules are there and on."
  }

  assert {
    condition     = one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule.expiration.days if rule.id == "expire"]) == 400 && one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : rule.noncurrent_version_expiration.noncurrent_days if rule.id == "old-versions"]) == 30
    error_message = "Objects and old versions go when their time is over."
  }

  assert {
    condition     = one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : join(",", [for move in rule.transitions : "${move.days} ${move.storage_class}"]) if rule.id == "tiers"]) == "30 STANDARD_IA"
    error_message = "In a region with one zone, warm and cold are one class and one move."
  }
}

run "paris_has_colder_classes" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "eu-west-par"
      replica_region = "rbx"
      protected      = false
    }
  }

  assert {
    condition     = one([for rule in ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules : join(",", [for move in rule.transitions : "${move.days} ${move.storage_class}"]) if rule.id == "tiers"]) == "30 STANDARD_IA,90 GLACIER_IR"
    error_message = "Cold is active archive."
  }

  assert {
    condition     = output.exports.endpoint == "https://s3.eu-west-par.io.cloud.ovh.net"
    error_message = "The endpoint is that of the region."
  }
}

run "what_is_kept_for_ever_loses_its_markers" {
  command = plan

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = toset(ovh_cloud_project_storage_object_bucket_lifecycle_configuration.this.rules[*].id) == toset(["abort-uploads", "delete-markers", "old-versions"])
    error_message = "Markers without versions are cleared away."
  }
}

run "grants_are_for_this_bucket" {
  command = plan

  assert {
    condition     = toset(keys(output.exports.grants)) == toset(["append", "read", "rw"])
    error_message = "Three accesses."
  }

  assert {
    condition     = alltrue(flatten([for policy in values(output.exports.grants) : [for statement in jsondecode(policy).Statement : statement.Effect == "Allow" && alltrue([for resource in statement.Resource : startswith(resource, "arn:aws:s3:::control-plane-dev-files-01234567")])]]))
    error_message = "Each names this bucket alone."
  }

  assert {
    condition     = length([for action in flatten([for statement in jsondecode(output.exports.grants["read"]).Statement : statement.Action]) : action if can(regex("Put|Delete", action))]) == 0
    error_message = "read writes nothing."
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(output.exports.grants["rw"]).Statement : statement.Action]), "s3:DeleteObject")
    error_message = "rw deletes where nothing is locked."
  }

  assert {
    condition     = !contains(flatten([for statement in jsondecode(output.exports.grants["append"]).Statement : statement.Action]), "s3:GetObject")
    error_message = "append reads nothing."
  }

  assert {
    condition     = output.exports.bucket == "control-plane-dev-files-01234567" && output.exports.region == "gra" && output.exports.replica_bucket == null && output.exports.path_style
    error_message = "The exports say where it is."
  }
}

run "refuses_a_lock_without_versions" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      worm            = { mode = "compliance", retain_days = 30, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_copy_without_versions" {
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

run "refuses_a_lock_of_another_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "COMPLIANCE", retain_days = 30, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_lock_of_no_whole_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 0.5, legal_hold = false }
      noncurrent_days = 30
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
      worm            = { mode = "compliance", retain_days = 30, legal_hold = false }
      expire_days     = 29
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_no_days_for_old_versions" {
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

run "refuses_an_expiry_of_no_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      expire_days     = 0
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
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
      tiers           = [{ after_days = 30, class = "icy" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_tier_before_30_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 29, class = "warm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_tiers_closer_than_30_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "warm" }, { after_days = 45, class = "cold" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_tiers_that_get_warmer" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "cold" }, { after_days = 90, class = "warm" }]
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
      expire_days     = 60
      noncurrent_days = 30
      tiers           = [{ after_days = 60, class = "warm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      distribution    = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
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
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
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
