mock_provider "ovh" {
  override_during = plan

  mock_resource "ovh_cloud_floating_ip" {
    defaults = { current_state = { ip = "192.0.2.20" } }
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
  component = "edge"
  tags      = { component = "edge", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
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
    domain     = "dev.control-plane.example.org"
    hosts      = { api = { workload = "api", port = 8080, health = "/ready" } }
    rate_limit = 1000
    log_days   = 30
  }
}

run "an_address_in_the_region_of_the_network" {
  command = plan

  assert {
    condition     = ovh_cloud_floating_ip.this.region == "GRA11" && ovh_cloud_floating_ip.this.service_name == "0123456789abcdef0123456789abcdef" && ovh_cloud_floating_ip.this.description == "control-plane-dev-edge"
    error_message = "The address is where the cluster is."
  }
}

run "names_lead_to_it" {
  command = plan

  assert {
    condition     = keys(ovh_domain_zone_record.host) == ["api"] && ovh_domain_zone_record.host["api"].zone == "dev.control-plane.example.org" && ovh_domain_zone_record.host["api"].fieldtype == "A" && ovh_domain_zone_record.host["api"].target == "192.0.2.20" && ovh_domain_zone_record.host["api"].ttl == 300
    error_message = "A record for each host."
  }

  assert {
    condition     = ovh_domain_zone_dnssec.this.zone_name == "dev.control-plane.example.org"
    error_message = "The zone is signed."
  }

  assert {
    condition     = output.exports.urls["api"] == "https://api.dev.control-plane.example.org" && output.exports.load_balancer == "192.0.2.20"
    error_message = "The exports name address and URLs."
  }

  assert {
    condition     = output.exports.zone_id == null && length(output.exports.name_servers) == 0 && length(output.exports.target_groups) == 0 && output.exports.distribution_domain == null && output.exports.key_group_id == null
    error_message = "What is not made is not claimed."
  }
}

run "three_zones_are_one_region" {
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
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["eu-west-par-a", "eu-west-par-b", "eu-west-par-c"]
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
    }
  }

  assert {
    condition     = ovh_cloud_floating_ip.this.region == "EU-WEST-PAR"
    error_message = "The region of the zones is spelled in capitals."
  }
}

run "refuses_no_domain" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = null
      hosts      = { api = { workload = "api", port = 8080, health = "/ready" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_domain_in_capitals" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "Example.org"
      hosts      = { api = { workload = "api", port = 8080, health = "/ready" } }
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
      hosts      = { "a.b" = { workload = "api", port = 8080, health = "/" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_privileged_port" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { api = { workload = "api", port = 80, health = "/" } }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_health_check_that_is_no_path" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { api = { workload = "api", port = 8080, health = "ready" } }
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
      hosts        = { api = { workload = "api", port = 8080, health = "/ready" } }
      rate_limit   = 1000
      log_days     = 30
      distribution = { signing_keys = {}, price_class = "PriceClass_100", buckets = {}, max_age_days = 1 }
    }
  }
}

run "refuses_a_network_without_region" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = []
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
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
