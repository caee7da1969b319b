# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "ovh" {
  override_during = plan

  mock_data "ovh_me" {
    defaults = { ovh_subsidiary = "FR" }
  }

  mock_resource "ovh_okms" {
    defaults = {
      id  = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
      iam = { urn = "urn:v1:eu:resource:okms:0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d" }
    }
  }

  mock_resource "ovh_okms_service_key" {
    defaults = { id = "3c5d8e2f-6a49-4b7c-8d16-9e2f0a5b7c31" }
  }
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
  component = "keys"
  tags      = { component = "keys", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    purposes = {
      objects = { rotation_days = 365, deletion_days = 30, replica = true }
      logs    = { rotation_days = 365, deletion_days = 30, replica = false }
    }
  }
}

run "a_key_for_each_purpose" {
  command = plan

  assert {
    condition     = toset(keys(ovh_okms_service_key.this)) == toset(["logs", "objects"]) && alltrue([for key in values(ovh_okms_service_key.this) : key.type == "oct" && key.size == 256 && key.operations == tolist(["encrypt", "decrypt"])])
    error_message = "Keys are AES-256, for encryption and nothing else."
  }

  assert {
    condition     = ovh_okms_service_key.this["logs"].name == "control-plane-dev-keys-logs"
    error_message = "Names say whose they are."
  }

  assert {
    condition     = ovh_okms.this.region == "eu-west-rbx" && ovh_okms.this.ovh_subsidiary == "FR"
    error_message = "Gravelines uses Roubaix, billed where the account is."
  }
}

run "copies_have_keys_of_their_own_elsewhere" {
  command = plan

  assert {
    condition     = keys(ovh_okms_service_key.replica) == ["objects"]
    error_message = "Only purposes with a replica have one."
  }

  assert {
    condition     = ovh_okms.replica[0].region == "eu-west-sbg"
    error_message = "The second service is not the first one."
  }

  assert {
    condition     = keys(output.exports.ids) == ["logs", "objects"] && keys(output.exports.replica_ids) == ["objects"]
    error_message = "The exports name them by purpose."
  }
}

run "the_services_are_tagged" {
  command = plan

  assert {
    condition     = ovh_iam_resource_tags.this.tags == tomap({ component = "keys", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }) && ovh_iam_resource_tags.replica[0].tags == ovh_iam_resource_tags.this.tags
    error_message = "Both carry component, class, stack and environment."
  }

  assert {
    condition     = ovh_iam_resource_tags.this.urn == "urn:v1:eu:resource:okms:0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
    error_message = "The tags are on the service."
  }
}

run "the_replica_region_is_taken_where_it_can_be" {
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
    condition     = ovh_okms.this.region == "eu-west-par" && ovh_okms.replica[0].region == "eu-west-rbx"
    error_message = "Paris copies to Roubaix."
  }
}

run "without_copies_there_is_one_service" {
  command = plan

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
    spec = { purposes = { logs = { rotation_days = 365, deletion_days = 30, replica = false } } }
  }

  assert {
    condition     = length(ovh_okms.replica) + length(ovh_okms_service_key.replica) + length(ovh_iam_resource_tags.replica) == 0
    error_message = "Nothing is ordered for copies that nobody makes."
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
    spec = { purposes = { everything = { rotation_days = 365, deletion_days = 30, replica = false } } }
  }
}

run "refuses_a_country_without_service" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "de"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_replica_without_region" {
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
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { objects = { rotation_days = 365, deletion_days = 30, replica = false, distribution = true } } }
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
