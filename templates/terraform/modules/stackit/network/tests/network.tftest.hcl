mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_network" {
    defaults = { network_id = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4", public_ip = "192.0.2.10" }
  }

  mock_resource "stackit_security_group" {
    defaults = { security_group_id = "7a2c1d3e-4f5b-4c6d-9e7f-8091a2b3c4d5" }
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
  component = "network"
  tags      = { component = "network", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    cidr              = "10.20.0.0/16"
    zones             = ["eu01-1", "eu01-2", "eu01-3"]
    nat               = "single"
    flow_log_days     = 30
    private_endpoints = false
    egress            = { mode = "open", hosts = [] }
  }
}

run "makes_one_network" {
  command = plan

  assert {
    condition     = stackit_network.this.project_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0" && stackit_network.this.name == "control-plane-dev" && stackit_network.this.ipv4_prefix == "10.20.0.0/16" && stackit_network.this.routed
    error_message = "The network is the environment's, in its project, with its range."
  }

  assert {
    condition     = stackit_network.this.labels == tomap({ component = "network", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }) && stackit_security_group.closed.labels == stackit_network.this.labels
    error_message = "What takes labels has all of them."
  }
}

run "lets_nothing_in" {
  command = plan

  assert {
    condition     = stackit_security_group.closed.stateful
    error_message = "Answers find their way back without a rule."
  }

  assert {
    condition     = alltrue([for rule in concat([stackit_security_group_rule.inside], stackit_security_group_rule.open, values(stackit_security_group_rule.declared)) : rule.direction == "egress" && rule.security_group_id == "7a2c1d3e-4f5b-4c6d-9e7f-8091a2b3c4d5"])
    error_message = "Every rule is one for the way out."
  }
}

run "is_open_outwards_where_nothing_is_declared" {
  command = plan

  assert {
    condition     = [for rule in stackit_security_group_rule.open : rule.ip_range] == ["0.0.0.0/0"] && length(stackit_security_group_rule.declared) == 0
    error_message = "Open means open."
  }
}

run "an_allowlist_opens_addresses_alone" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "192.0.2.7", port = 443, why = "status checks" }, { host = "198.51.100.0/24", port = 5432, why = "old database" }, { host = "api.github.com", port = 443, why = "names get no rule" }] }
    }
  }

  assert {
    condition     = length(stackit_security_group_rule.open) == 0
    error_message = "A list is not open."
  }

  assert {
    condition     = { for key, rule in stackit_security_group_rule.declared : key => "${rule.ip_range} ${rule.protocol.name} ${rule.port_range.min}-${rule.port_range.max} ${rule.description}" } == { "192.0.2.7:443" = "192.0.2.7/32 tcp 443-443 status checks", "198.51.100.0/24:5432" = "198.51.100.0/24 tcp 5432-5432 old database" }
    error_message = "Addresses and ranges have a rule for their port, names have none."
  }

  assert {
    condition     = stackit_security_group_rule.inside.ip_range == "10.20.0.0/16"
    error_message = "The network reaches itself."
  }
}

run "exports_a_network_without_subnets" {
  command = plan

  assert {
    condition     = output.exports.network_id == "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4" && output.exports.private_subnet_ids[0] == "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4" && length(output.exports.public_subnet_ids) == 0 && length(output.exports.intra_subnet_ids) == 0
    error_message = "The network is its own private subnet."
  }

  assert {
    condition     = output.exports.egress_addresses == tolist(["192.0.2.10"]) && output.exports.private_cidrs[0] == "10.20.0.0/16"
    error_message = "Its address outside is known to others."
  }
}

run "exports_no_address_where_there_is_none" {
  command = plan

  override_resource {
    target          = stackit_network.this
    override_during = plan
    values          = { network_id = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4", public_ip = "" }
  }

  assert {
    condition     = length(output.exports.egress_addresses) == 0
    error_message = "No address, no entry."
  }
}

run "refuses_a_public_range" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "8.8.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_range_that_is_too_small" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/30"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_range_that_does_not_begin_at_its_first_address" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.1/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_two_zones" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_zones_of_another_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu02-1", "eu02-2", "eu02-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_unknown_number_of_gateways" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "none"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_unknown_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "closed", hosts = [] }
    }
  }
}

run "refuses_an_empty_allowlist" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [] }
    }
  }
}

run "refuses_a_wildcard" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "*.example.org", port = 443, why = "everything" }] }
    }
  }
}

run "refuses_a_list_of_everything" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "0.0.0.0/0", port = 443, why = "everything" }] }
    }
  }
}

run "refuses_a_port_out_of_range" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "192.0.2.7", port = 70000, why = "typing" }] }
    }
  }
}

run "refuses_a_host_without_reason" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu01-1", "eu01-2", "eu01-3"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "192.0.2.7", port = 443, why = " " }] }
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
    tags = { component = "network", cost_centre = "R&D / 47", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
