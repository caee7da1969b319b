# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_public_ip" {
    defaults = { ip = "192.0.2.80" }
  }

  mock_resource "stackit_dns_zone" {
    defaults = { zone_id = "ad5f4061-7283-4f90-81a2-b3c4d5e6f708", primary_name_server = "ns1.stackit.cloud" }
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
  component = "edge"
  tags      = { component = "edge", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    domain     = "dev.control-plane.example.org"
    hosts      = { api = { workload = "api", port = 8080, health = "/readyz" } }
    rate_limit = 1000
    log_days   = 30
  }
}

run "names_lead_to_one_address" {
  command = plan

  assert {
    condition     = { for label, record in stackit_dns_record_set.this : label => "${record.name} ${record.type} ${join(",", record.records)} ${record.ttl}" } == { api = "api A 192.0.2.80 300", ingress = "ingress A 192.0.2.80 300" }
    error_message = "Each host and the ingress have a record."
  }

  assert {
    condition     = alltrue([for record in stackit_dns_record_set.this : record.zone_id == "ad5f4061-7283-4f90-81a2-b3c4d5e6f708"])
    error_message = "Records are in the zone."
  }
}

run "the_zone_is_that_of_the_environment" {
  command = plan

  assert {
    condition     = stackit_dns_zone.this.dns_name == "dev.control-plane.example.org" && stackit_dns_zone.this.type == "primary" && stackit_dns_zone.this.name == "control-plane-dev-edge"
    error_message = "The zone is primary, of the environment's domain."
  }
}

run "labels_what_takes_labels" {
  command = plan

  assert {
    condition     = stackit_public_ip.ingress.labels == tomap({ component = "edge", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" })
    error_message = "The address carries all labels."
  }
}

run "hands_on_names" {
  command = plan

  assert {
    condition     = output.exports.urls == { api = "https://api.dev.control-plane.example.org" } && output.exports.load_balancer == "ingress.dev.control-plane.example.org" && output.exports.name_servers[0] == "ns1.stackit.cloud"
    error_message = "Addresses are names in the zone."
  }

  assert {
    condition     = length(output.exports.target_groups) == 0 && output.exports.distribution_domain == null && output.exports.key_group_id == null
    error_message = "What does not exist is not handed on."
  }
}

run "a_zone_without_hosts_has_the_ingress" {
  command = plan

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = {}
      rate_limit = 1000
      log_days   = 30
    }
  }

  assert {
    condition     = keys(stackit_dns_record_set.this) == ["ingress"]
    error_message = "The address has a name whether or not hosts have."
  }
}

run "refuses_a_domain_with_a_dot_at_the_end" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "example.org."
      hosts      = { api = { workload = "api", port = 8080, health = "/readyz" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_host_of_two_labels" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { "a.b" = { workload = "api", port = 8080, health = "/readyz" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_the_name_of_the_ingress" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { ingress = { workload = "api", port = 8080, health = "/readyz" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain       = "dev.control-plane.example.org"
      hosts        = { api = { workload = "api", port = 8080, health = "/readyz" } }
      rate_limit   = 1000
      log_days     = 30
      distribution = { signing_keys = {}, price_class = "PriceClass_100", buckets = {}, max_age_days = 1 }
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

run "refuses_a_cost_centre_that_is_no_label" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "edge", cost_centre = "R&D / 47", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
