# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "ovh" {
  override_during = plan

  mock_resource "ovh_cloud_project_containerregistry" {
    defaults = { id = "7d2f4a6c-8e0b-4c1d-9f3a-5b7c9d1e3f50", url = "https://a1b2c3d4.c1.gra9.container-registry.ovh.net" }
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
  component = "registry"
  tags      = { component = "registry", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  network = {
    network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
    cidr               = "10.10.0.0/16"
    zones              = ["GRA11"]
    public_subnet_ids  = []
    private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.10.0.0/17"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10"]
  }
  spec = {
    repositories  = ["control-plane/api"]
    keep_images   = 20
    untagged_days = 14
  }
}

run "a_registry_in_the_region" {
  command = plan

  assert {
    condition     = ovh_cloud_project_containerregistry.this.region == "GRA" && ovh_cloud_project_containerregistry.this.name == "control-plane-dev-registry"
    error_message = "Region and name are those of the environment."
  }

  assert {
    condition     = length(ovh_cloud_project_containerregistry_ip_restrictions_management.this[0].ip_restrictions) == 1 && one(ovh_cloud_project_containerregistry_ip_restrictions_management.this[0].ip_restrictions).ip_block == "192.0.2.10/32"
    error_message = "Only the gateway administers it."
  }

  assert {
    condition     = output.exports.repositories["control-plane/api"] == "a1b2c3d4.c1.gra9.container-registry.ovh.net/control-plane/api"
    error_message = "Addresses have no scheme."
  }
}

run "without_network_nothing_is_restricted" {
  command = plan

  variables {
    network = null
  }

  assert {
    condition     = length(ovh_cloud_project_containerregistry_ip_restrictions_management.this) == 0
    error_message = "A list without addresses is not written."
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

run "refuses_a_name_in_capitals" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/API"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_a_name_without_project" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_another_stacks_project" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["community/api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_a_network_without_gateway" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["GRA11"]
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = []
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
