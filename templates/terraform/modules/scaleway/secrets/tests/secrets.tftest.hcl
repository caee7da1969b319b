mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_secret" {
    defaults = { id = "fr-par/4d5e6f70-0000-4000-8000-000000000001" }
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
  component = "secrets"
  tags      = { component = "secrets", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    names = {
      "api/signing" = { keys = ["private_key"], purpose = "Signs the tokens of the API" }
      "webhook"     = { keys = ["current", "previous"], purpose = "Signs webhooks" }
    }
    recovery_days = 7
    replicate     = false
  }
}

run "makes_empty_secrets" {
  command = plan

  assert {
    condition     = { for name, secret in scaleway_secret.this : name => "${secret.path}/${secret.name}" } == { "api/signing" = "/control-plane/dev/api/signing", "webhook" = "/control-plane/dev/webhook" }
    error_message = "Secrets are found under stack, environment and name."
  }

  assert {
    condition     = alltrue([for secret in scaleway_secret.this : secret.type == "key_value" && secret.region == "fr-par" && secret.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && length(secret.ephemeral_policy) == 0])
    error_message = "Secrets hold keys and values in the project and the region, and do not expire."
  }

  assert {
    condition     = scaleway_secret.this["webhook"].description == "Signs webhooks (JSON with current, previous)"
    error_message = "The description says what to put there."
  }

  assert {
    condition     = alltrue([for secret in scaleway_secret.this : secret.tags == tolist(["component=secrets", "cost_centre=4711", "data_class=restricted", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"])])
    error_message = "Secrets carry the tags."
  }

  assert {
    condition     = alltrue([for secret in scaleway_secret.this : !secret.protected])
    error_message = "Secrets of an unprotected environment go with it."
  }
}

run "protects_when_protected" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
      protected      = true
    }
  }

  assert {
    condition     = alltrue([for secret in scaleway_secret.this : secret.protected])
    error_message = "Nobody deletes a secret of a protected environment."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["store", "refs", "grants"]) && output.exports.store == "scaleway-secret-manager" && output.exports.refs == { "api/signing" = "fr-par/4d5e6f70-0000-4000-8000-000000000001", "webhook" = "fr-par/4d5e6f70-0000-4000-8000-000000000001" }
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition     = toset(keys(output.exports.grants)) == toset(["api/signing", "webhook"]) && alltrue([for rule in values(output.exports.grants) : jsondecode(rule) == { project_ids = ["1a2b3c4d-0000-4000-8000-000000000001"], permission_set_names = ["SecretManagerReadOnly", "SecretManagerSecretAccess"] }])
    error_message = "A grant reads, and writes nothing."
  }
}

run "refuses_a_copy" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "api/signing" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = true
    }
  }
}

run "refuses_no_secret" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { names = {}, recovery_days = 7, replicate = false }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "/API signing" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_name_with_an_empty_part" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "api//signing" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_secret_without_keys" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = [], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_key_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = ["a", "a"], purpose = "Signs webhooks" } }
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
      names         = { "webhook" = { keys = ["current"], purpose = " " } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_recovery_that_scaleway_does_not_have" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 0
      replicate     = false
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
    tags = { component = "secrets", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
