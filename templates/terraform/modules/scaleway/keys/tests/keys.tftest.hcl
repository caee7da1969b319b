# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_key_manager_key" {
    defaults = { id = "fr-par/3c4d5e6f-0000-4000-8000-000000000001" }
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
  component = "keys"
  tags      = { component = "keys", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    purposes = {
      objects = { rotation_days = 365, deletion_days = 30, replica = true }
      logs    = { rotation_days = 90, deletion_days = 7, replica = false }
    }
  }
}

run "makes_a_protected_key_per_purpose" {
  command = plan

  assert {
    condition     = { for purpose, key in scaleway_key_manager_key.this : purpose => key.name } == { logs = "control-plane-dev-keys-logs", objects = "control-plane-dev-keys-objects" }
    error_message = "Each purpose has a key, named after it."
  }

  assert {
    condition     = alltrue([for key in concat(values(scaleway_key_manager_key.this), values(scaleway_key_manager_key.replica)) : key.usage == "symmetric_encryption" && key.algorithm == "aes_256_gcm" && key.unprotected == false])
    error_message = "Keys encrypt symmetrically, and no call deletes them."
  }

  assert {
    condition     = { for purpose, key in scaleway_key_manager_key.this : purpose => one(key.rotation_policy).rotation_period } == { logs = "2160h", objects = "8760h" }
    error_message = "Keys rotate as often as asked."
  }

  assert {
    condition     = alltrue([for key in scaleway_key_manager_key.this : key.region == "fr-par" && key.project_id == "1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Keys are in the project and the region."
  }

  assert {
    condition     = alltrue([for key in concat(values(scaleway_key_manager_key.this), values(scaleway_key_manager_key.replica)) : key.tags == tolist(["component=keys", "cost_centre=4711", "data_class=restricted", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"])])
    error_message = "Keys carry the tags."
  }
}

run "makes_a_second_key_where_copies_go" {
  command = plan

  assert {
    condition     = keys(scaleway_key_manager_key.replica) == ["objects"] && scaleway_key_manager_key.replica["objects"].region == "nl-ams" && one(scaleway_key_manager_key.replica["objects"].rotation_policy).rotation_period == "8760h"
    error_message = "A purpose with replica has a key in the replica region, which rotates alike; the others have none."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { ids = { logs = "fr-par/3c4d5e6f-0000-4000-8000-000000000001", objects = "fr-par/3c4d5e6f-0000-4000-8000-000000000001" }, replica_ids = { objects = "fr-par/3c4d5e6f-0000-4000-8000-000000000001" } }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "refuses_no_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = {} }
  }
}

run "refuses_an_unknown_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      purposes = {
        mail = { rotation_days = 365, deletion_days = 7, replica = false }
      }
    }
  }
}

run "refuses_a_rotation_slower_than_a_year" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      purposes = {
        objects = { rotation_days = 366, deletion_days = 7, replica = false }
      }
    }
  }
}

run "refuses_part_of_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      purposes = {
        objects = { rotation_days = 90.5, deletion_days = 7, replica = false }
      }
    }
  }
}

run "refuses_a_second_key_without_a_second_region" {
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
      purposes = {
        objects = { rotation_days = 365, deletion_days = 7, replica = true }
      }
    }
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
    tags = { component = "keys", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
