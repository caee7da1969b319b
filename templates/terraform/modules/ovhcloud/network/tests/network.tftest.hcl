mock_provider "ovh" {
  override_during = plan

  mock_resource "ovh_cloud_project_network_private" {
    defaults = {
      regions_openstack_ids = { GRA11 = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10", EU-WEST-PAR = "0d4b8e11-57a2-4c3f-b1d6-9e7f2a3c5b80" }
    }
  }

  mock_resource "ovh_cloud_project_network_private_subnet_v2" {
    defaults = { id = "b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35" }
  }

  mock_resource "ovh_cloud_project_gateway" {
    defaults = {
      external_information = [{ network_id = "ext", ips = [{ ip = "192.0.2.10", subnet_id = "ext" }, { ip = "192.0.2.11", subnet_id = "ext" }] }]
    }
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
  component = "network"
  tags      = { component = "network", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    cidr              = "10.10.0.0/16"
    zones             = ["GRA11"]
    nat               = "single"
    flow_log_days     = 30
    private_endpoints = false
    egress            = { mode = "open", hosts = [] }
  }
}

run "one_network_in_one_region" {
  command = plan

  assert {
    condition     = ovh_cloud_project_network_private.this.service_name == "0123456789abcdef0123456789abcdef" && ovh_cloud_project_network_private.this.regions == toset(["GRA11"])
    error_message = "The network is in the project and region that the zone names."
  }

  assert {
    condition     = ovh_cloud_project_network_private.this.vlan_id == 11
    error_message = "The VLAN follows from the range."
  }

  assert {
    condition     = ovh_cloud_project_network_private_subnet_v2.private.cidr == "10.10.0.0/17" && ovh_cloud_project_network_private_subnet_v2.private.network_id == "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
    error_message = "The subnet has the lower half of the range, in the network of the region."
  }

  assert {
    condition     = ovh_cloud_project_network_private_subnet_v2.private.dhcp && ovh_cloud_project_network_private_subnet_v2.private.enable_gateway_ip
    error_message = "Nodes learn addresses and gateway."
  }

  assert {
    condition     = ovh_cloud_project_gateway.this.subnet_id == "b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35" && ovh_cloud_project_gateway.this.model == "s"
    error_message = "The gateway is on the subnet."
  }
}

run "hands_on_what_others_need" {
  command = plan

  assert {
    condition     = output.exports.network_id == "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10" && join(",", output.exports.zones) == "GRA11"
    error_message = "Others find network and region."
  }

  assert {
    condition     = join(",", output.exports.egress_addresses) == "192.0.2.10,192.0.2.11"
    error_message = "All addresses of the gateway are handed on."
  }

  assert {
    condition     = join(",", output.exports.private_cidrs) == "10.10.0.0/17" && length(output.exports.intra_subnet_ids) == 0 && length(output.exports.public_subnet_ids) == 0
    error_message = "Only the private subnet is claimed."
  }
}

run "three_zones_are_one_region" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "production"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "eu-west-par"
      replica_region = "rbx"
      protected      = true
    }
    spec = {
      cidr              = "172.20.0.0/16"
      zones             = ["eu-west-par-a", "eu-west-par-b", "eu-west-par-c"]
      nat               = "per_zone"
      flow_log_days     = 365
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.example.org", port = 443, why = "payments" }] }
    }
  }

  assert {
    condition     = ovh_cloud_project_network_private.this.regions == toset(["EU-WEST-PAR"]) && ovh_cloud_project_gateway.this.region == "EU-WEST-PAR"
    error_message = "The region of the zones is spelled in capitals."
  }

  assert {
    condition     = ovh_cloud_project_gateway.this.model == "m" && ovh_cloud_project_network_private.this.vlan_id == 321
    error_message = "Production has the larger gateway; another range has another VLAN."
  }
}

run "refuses_a_range_that_is_no_16" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/20"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_public_range" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "8.8.0.0/16"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_the_range_of_services" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.3.0.0/16"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_the_range_of_pods" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.241.0.0/16"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_several_zones_in_a_region_of_one" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/16"
      zones             = ["GRA9", "GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_zone_of_another_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/16"
      zones             = ["SBG5"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_another_kind_of_nat" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/16"
      zones             = ["GRA11"]
      nat               = "none"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_empty_allowlist" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/16"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [] }
    }
  }
}

run "refuses_a_host_without_reason" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.10.0.0/16"
      zones             = ["GRA11"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "a.example.org", port = 443, why = " " }] }
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
