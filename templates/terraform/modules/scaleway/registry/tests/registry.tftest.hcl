mock_provider "scaleway" {
  override_during = plan
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
  component = "registry"
  tags      = { component = "registry", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    repositories  = ["control-plane/api", "control-plane/worker"]
    keep_images   = 20
    untagged_days = 14
  }
}

run "makes_a_private_namespace" {
  command = plan

  assert {
    condition     = scaleway_registry_namespace.this.name == "control-plane-dev-registry-1a2b3c4d" && scaleway_registry_namespace.this.region == "fr-par" && scaleway_registry_namespace.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001"
    error_message = "The namespace is the environment's own, in its project and region."
  }

  assert {
    condition     = scaleway_registry_namespace.this.is_public == false
    error_message = "Nobody pulls without a key."
  }

  assert {
    condition     = scaleway_registry_namespace.this.description == "Images of control-plane in dev (component registry, internal, owner platform, cost centre 4711)"
    error_message = "The description says whose it is, as there are no tags."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { repositories = { "control-plane/api" = "rg.fr-par.scw.cloud/control-plane-dev-registry-1a2b3c4d/api", "control-plane/worker" = "rg.fr-par.scw.cloud/control-plane-dev-registry-1a2b3c4d/worker" } }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "refuses_a_repository_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api", "control-plane/api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_a_repository_of_another_stack" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["foundation/api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_a_folder_in_a_namespace" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api/debug"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_to_keep_nothing" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api"]
      keep_images   = 0
      untagged_days = 14
    }
  }
}

run "refuses_to_keep_few_when_protected" {
  command         = plan
  expect_failures = [var.spec]

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
    spec = {
      repositories  = ["control-plane/api"]
      keep_images   = 5
      untagged_days = 14
    }
  }
}

run "refuses_part_of_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api"]
      keep_images   = 20
      untagged_days = 1.5
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
    tags = { component = "registry", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
