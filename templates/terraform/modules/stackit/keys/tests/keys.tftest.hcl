# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_kms_keyring" {
    defaults = { keyring_id = "1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8" }
  }

  mock_resource "stackit_kms_key" {
    defaults = { key_id = "3c4d5e6f-7081-492a-83a4-c5d6e7f8091a" }
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
  component = "keys"
  tags      = { component = "keys", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    purposes = {
      database = { rotation_days = 365, deletion_days = 7, replica = false }
      objects  = { rotation_days = 365, deletion_days = 7, replica = false, distribution = true }
      secrets  = { rotation_days = 365, deletion_days = 7, replica = false }
    }
  }
}

run "makes_one_key_per_purpose" {
  command = plan

  assert {
    condition     = { for purpose, key in stackit_kms_key.this : purpose => key.display_name } == { database = "control-plane-dev-keys-database", objects = "control-plane-dev-keys-objects", secrets = "control-plane-dev-keys-secrets" }
    error_message = "Every purpose has a key of its own, found by its name."
  }

  assert {
    condition     = alltrue([for key in stackit_kms_key.this : key.keyring_id == "1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8" && key.project_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"]) && stackit_kms_keyring.this.display_name == "control-plane-dev-keys"
    error_message = "All are in the ring of the environment."
  }
}

run "keys_encrypt_and_decrypt" {
  command = plan

  assert {
    condition     = alltrue([for key in stackit_kms_key.this : key.algorithm == "aes_256_gcm" && key.purpose == "symmetric_encrypt_decrypt" && key.protection == "software" && !key.import_only])
    error_message = "Keys are symmetric, and the service makes their material."
  }
}

run "exports_all_that_a_service_asks_for" {
  command = plan

  assert {
    condition     = keys(output.exports.ids) == ["database", "objects", "secrets"] && output.exports.ids["database"] == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0,eu01,1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8,3c4d5e6f-7081-492a-83a4-c5d6e7f8091a"
    error_message = "An id names project, region, ring and key."
  }

  assert {
    condition     = length(output.exports.replica_ids) == 0
    error_message = "No key is in two regions."
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
    spec = { purposes = { everything = { rotation_days = 365, deletion_days = 7, replica = false } } }
  }
}

run "refuses_a_key_in_a_replica_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = "eu02"
      protected      = false
    }
    spec = { purposes = { database = { rotation_days = 365, deletion_days = 7, replica = true } } }
  }
}

run "refuses_a_replica_without_a_region_for_it" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { database = { rotation_days = 365, deletion_days = 7, replica = true } } }
  }
}

run "refuses_distribution_for_another_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { secrets = { rotation_days = 365, deletion_days = 7, replica = false, distribution = true } } }
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
