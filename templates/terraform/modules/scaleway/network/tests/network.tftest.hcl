mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_vpc" {
    defaults = { id = "fr-par/2b3c4d5e-0000-4000-8000-000000000001" }
  }

  mock_resource "scaleway_vpc_private_network" {
    defaults = { id = "fr-par/2b3c4d5e-0000-4000-8000-000000000002" }
  }

  mock_resource "scaleway_vpc_public_gateway_ip" {
    defaults = { id = "fr-par-1/2b3c4d5e-0000-4000-8000-000000000003", address = "192.0.2.10" }
  }

  mock_resource "scaleway_vpc_public_gateway" {
    defaults = { id = "fr-par-1/2b3c4d5e-0000-4000-8000-000000000004" }
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
  component = "network"
  tags      = { component = "network", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    cidr              = "10.20.0.0/16"
    zones             = ["fr-par-1", "fr-par-2", "fr-par-3"]
    nat               = "per_zone"
    flow_log_days     = 30
    private_endpoints = false
    egress            = { mode = "open", hosts = [] }
  }
}

run "makes_a_private_network" {
  command = plan

  assert {
    condition     = scaleway_vpc_private_network.this.vpc_id == scaleway_vpc.this.id && one(scaleway_vpc_private_network.this.ipv4_subnet).subnet == "10.20.0.0/20"
    error_message = "The private network is in the VPC and has the first /20."
  }

  assert {
    condition     = alltrue([for resource in [scaleway_vpc.this, scaleway_vpc_private_network.this] : resource.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && resource.region == "fr-par" && resource.name == "control-plane-dev-network"])
    error_message = "VPC and private network are in the project and the region, under the component's name."
  }

  assert {
    condition     = scaleway_vpc.this.tags == tolist(["component=network", "cost_centre=4711", "data_class=internal", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"]) && scaleway_vpc_private_network.this.tags == scaleway_vpc.this.tags && alltrue([for resource in concat(values(scaleway_vpc_public_gateway.this), values(scaleway_vpc_public_gateway_ip.this)) : resource.tags == scaleway_vpc.this.tags])
    error_message = "All that takes tags has them."
  }
}

run "starts_closed_between_private_networks" {
  command = plan

  assert {
    condition     = { for key, list in scaleway_vpc_acl.this : key => list.is_ipv6 } == { ipv4 = false, ipv6 = true } && alltrue([for list in scaleway_vpc_acl.this : list.default_policy == "drop" && length(list.rules) == 0 && list.vpc_id == scaleway_vpc.this.id])
    error_message = "Both lists of the VPC drop everything."
  }
}

run "goes_out_through_a_gateway_per_zone" {
  command = plan

  assert {
    condition     = toset(keys(scaleway_vpc_public_gateway.this)) == toset(["fr-par-1", "fr-par-2"])
    error_message = "Each zone that has Public Gateways has one; fr-par-3 has none to offer."
  }

  assert {
    condition     = alltrue([for zone, link in scaleway_vpc_gateway_network.this : link.enable_masquerade && one(link.ipam_config).push_default_route && link.zone == zone && link.private_network_id == scaleway_vpc_private_network.this.id])
    error_message = "Each gateway translates addresses and is a default route of the private network."
  }

  assert {
    condition     = alltrue([for zone, gateway in scaleway_vpc_public_gateway.this : !gateway.bastion_enabled && !gateway.enable_smtp && gateway.zone == zone && gateway.type == "VPC-GW-S"])
    error_message = "No gateway lets anybody in or mail out; outside production it is small."
  }
}

run "goes_out_through_one_gateway_when_asked" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-3", "fr-par-2"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }

  assert {
    condition     = keys(scaleway_vpc_public_gateway.this) == ["fr-par-2"] && length(output.exports.egress_addresses) == 1
    error_message = "There is one gateway, in the first zone that offers one."
  }
}

run "is_larger_in_production" {
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
    condition     = alltrue([for gateway in scaleway_vpc_public_gateway.this : gateway.type == "VPC-GW-M"])
    error_message = "Production has the larger gateway."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition = output.exports == {
      network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
      cidr               = "10.20.0.0/16"
      zones              = tolist(["fr-par-1", "fr-par-2", "fr-par-3"])
      public_subnet_ids  = []
      private_subnet_ids = ["fr-par/2b3c4d5e-0000-4000-8000-000000000002"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/20"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10", "192.0.2.10"]
    }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "warns_that_a_list_of_hosts_is_not_enforced" {
  command         = plan
  expect_failures = [check.egress]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 443, why = "status checks" }] }
    }
  }
}

run "refuses_a_range_that_is_not_16_bits" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/20"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "per_zone"
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
      cidr              = "11.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_zone_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-1"]
      nat               = "per_zone"
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
      cidr              = "10.20.0.0/16"
      zones             = ["nl-ams-1"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_only_a_zone_without_gateways" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-3"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_unknown_nat" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "none"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_unknown_egress_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "closed", hosts = [] }
    }
  }
}

run "refuses_a_host_without_reason" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [{ host = "api.github.com", port = 443, why = " " }] }
    }
  }
}

run "refuses_one_gateway_when_protected" {
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
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-2"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_gateways_in_one_zone_when_protected" {
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
      cidr              = "10.20.0.0/16"
      zones             = ["fr-par-1", "fr-par-3"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
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
    tags = { component = "network", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
