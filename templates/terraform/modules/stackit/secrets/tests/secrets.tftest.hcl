# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_service_account" {
    defaults = { email = "some-kms-a1b2c3d4@sa.stackit.cloud" }
  }

  mock_resource "stackit_kms_keyring" {
    defaults = { keyring_id = "2b2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8" }
  }

  mock_resource "stackit_kms_key" {
    defaults = { key_id = "2c4d5e6f-7081-492a-83a4-c5d6e7f8091a" }
  }

  mock_resource "stackit_secretsmanager_instance" {
    defaults = { instance_id = "8b3d2e4f-5061-4d7e-8f80-91a2b3c4d5e6" }
  }
}

mock_provider "stackit" {
  alias           = "iam"
  override_during = plan
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
  component = "secrets"
  tags      = { component = "secrets", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    names         = { "api/signing" = { keys = ["current"], purpose = "signs tokens" }, webhook = { keys = ["token"], purpose = "calls out" } }
    recovery_days = 7
    replicate     = false
  }
  network = {
    network_id         = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"
    cidr               = "10.20.0.0/16"
    zones              = ["eu01-1", "eu01-2", "eu01-3"]
    public_subnet_ids  = []
    private_subnet_ids = ["6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.20.0.0/16"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10"]
  }
  keys = {
    ids         = { secrets = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0,eu01,1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8,6f708192-a3b4-4c5d-86d7-f8091a2b3c4d" }
    replica_ids = {}
  }
}

run "encrypts_under_the_key_of_the_customer" {
  command = plan

  assert {
    condition     = stackit_secretsmanager_instance.this.kms_key == { key_ring_id = "1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8", key_id = "6f708192-a3b4-4c5d-86d7-f8091a2b3c4d", key_version = 1, service_account_email = "some-kms-a1b2c3d4@sa.stackit.cloud" }
    error_message = "Ring and key are taken out of the id, and the account is the module's."
  }

  assert {
    condition     = length(stackit_kms_key.own) == 0 && length(stackit_kms_keyring.own) == 0
    error_message = "Where there is a key, no other is made."
  }
}

run "makes_a_key_where_there_is_none" {
  command = plan

  variables {
    keys = null
  }

  assert {
    condition     = stackit_secretsmanager_instance.this.kms_key.key_ring_id == "2b2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8" && stackit_secretsmanager_instance.this.kms_key.key_id == "2c4d5e6f-7081-492a-83a4-c5d6e7f8091a"
    error_message = "Values are encrypted under a key of the module's own."
  }

  assert {
    condition     = [for key in stackit_kms_key.own : "${key.algorithm} ${key.purpose}"] == ["aes_256_gcm symmetric_encrypt_decrypt"]
    error_message = "The key is symmetric."
  }
}

run "the_service_may_use_the_key" {
  command = plan

  assert {
    condition     = stackit_authorization_project_role_assignment.kms.role == "kms.admin" && stackit_authorization_project_role_assignment.kms.subject == "some-kms-a1b2c3d4@sa.stackit.cloud"
    error_message = "The account has the role of the vendor's guides and no other."
  }

  assert {
    condition     = can(regex("^secrets-kms-[0-9a-f]{4}$", stackit_service_account.kms.name))
    error_message = "The account's name fits into 20 characters."
  }
}

run "a_long_name_is_cut" {
  command = plan

  variables {
    component = "secrets-extra1"
  }

  assert {
    condition     = length(stackit_service_account.kms.name) <= 20 && can(regex("^[a-z](-?[a-z0-9]+)*$", stackit_service_account.kms.name))
    error_message = "The account's name is one that the service takes."
  }
}

run "closes_the_api" {
  command = plan

  assert {
    condition     = stackit_secretsmanager_instance.this.acls == toset(["10.20.0.0/16", "192.0.2.10/32"])
    error_message = "The network's own addresses reach the secrets, and no others."
  }
}

run "refuses_a_copy_without_a_region_for_it" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "api/signing" = { keys = ["current"], purpose = "signs tokens" }, webhook = { keys = ["token"], purpose = "calls out" } }
      recovery_days = 7
      replicate     = true
    }
  }
}

run "hands_on_paths" {
  command = plan

  assert {
    condition     = output.exports.store == "vault" && output.exports.refs == { "api/signing" = "8b3d2e4f-5061-4d7e-8f80-91a2b3c4d5e6/control-plane/dev/api/signing", webhook = "8b3d2e4f-5061-4d7e-8f80-91a2b3c4d5e6/control-plane/dev/webhook" }
    error_message = "Each name has its path."
  }
}

run "refuses_no_secret" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = {}
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_malformed_secret" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "API" = { keys = ["a"], purpose = "p" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_secret_without_fields" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { api = { keys = [], purpose = "p" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_secret_without_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { api = { keys = ["a"], purpose = " " } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_copy_in_a_replica_region" {
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
    spec = {
      names         = { "api/signing" = { keys = ["current"], purpose = "signs tokens" }, webhook = { keys = ["token"], purpose = "calls out" } }
      recovery_days = 7
      replicate     = true
    }
  }
}

run "refuses_a_key_of_another_provider" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = { secrets = "arn:aws:kms:eu-central-1:123456789012:key/1" }, replica_ids = {} }
  }
}

run "refuses_keys_without_the_purpose" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = {}, replica_ids = {} }
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
