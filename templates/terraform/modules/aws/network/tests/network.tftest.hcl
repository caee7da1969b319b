mock_provider "aws" {
  override_during = plan

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }

  mock_resource "aws_networkfirewall_firewall_policy" {
    defaults = { arn = "arn:aws:network-firewall:eu-central-1:123456789012:firewall-policy/mock" }
  }

  mock_resource "aws_networkfirewall_rule_group" {
    defaults = { arn = "arn:aws:network-firewall:eu-central-1:123456789012:stateful-rulegroup/mock" }
  }

  mock_resource "aws_networkfirewall_firewall" {
    defaults = {
      arn = "arn:aws:network-firewall:eu-central-1:123456789012:firewall/mock"
      firewall_status = [{
        sync_states = [
          { availability_zone = "eu-central-1a", attachment = [{ endpoint_id = "vpce-0a", subnet_id = "subnet-0a" }] },
          { availability_zone = "eu-central-1b", attachment = [{ endpoint_id = "vpce-0b", subnet_id = "subnet-0b" }] },
          { availability_zone = "eu-central-1c", attachment = [{ endpoint_id = "vpce-0c", subnet_id = "subnet-0c" }] },
        ]
      }]
    }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "network"
  tags      = { component = "network", data_class = "internal" }
  spec = {
    cidr              = "10.20.0.0/16"
    zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    nat               = "single"
    flow_log_days     = 30
    private_endpoints = false
    egress            = { mode = "open", hosts = [] }
  }
}

run "spans_three_zones" {
  command = plan

  assert {
    condition     = length(aws_subnet.public) == 3 && length(aws_subnet.private) == 3 && length(aws_subnet.intra) == 3
    error_message = "Each zone has a subnet of each kind."
  }

  assert {
    condition     = length(distinct(concat([for s in aws_subnet.public : s.cidr_block], [for s in aws_subnet.private : s.cidr_block], [for s in aws_subnet.intra : s.cidr_block]))) == 9
    error_message = "No two subnets share addresses."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.public : s.map_public_ip_on_launch == false])
    error_message = "Nothing gets a public address by itself."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_vpc_endpoint.interface) == 0
    error_message = "Development has one way out and pays for no endpoints."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == aws_kms_key.logs.arn
    error_message = "All traffic is logged, encrypted."
  }

  assert {
    condition     = length(aws_networkfirewall_firewall.this) == 0
    error_message = "Without a list there is no firewall."
  }
}

run "one_gateway_per_zone" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "open", hosts = [] }
    }
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_vpc_endpoint.interface) > 10
    error_message = "Each zone has its own way out, and AWS is reached in private."
  }

  assert {
    condition     = alltrue([for zone in ["eu-central-1a", "eu-central-1b", "eu-central-1c"] : local.way_out[zone] == zone])
    error_message = "Zones do not depend on each other."
  }
}

run "lets_declared_names_through_only" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 443, why = "status checks" }] }
    }
  }

  assert {
    condition     = one(aws_networkfirewall_rule_group.hosts).rule_group[0].rules_source[0].rules_source_list[0].targets == toset(["api.github.com"])
    error_message = "The list holds the declared names."
  }

  assert {
    condition     = one(aws_networkfirewall_firewall_policy.this).firewall_policy[0].stateful_default_actions == toset(["aws:drop_established", "aws:alert_established"])
    error_message = "Everything else is dropped."
  }

  assert {
    condition     = alltrue([for route in aws_route.private_out : route.nat_gateway_id == null && route.vpc_endpoint_id != null])
    error_message = "Nothing goes around the firewall."
  }

  assert {
    condition     = length(aws_route.public_back) == 3
    error_message = "Answers go through it too."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.firewall : group.retention_in_days == 30])
    error_message = "What it does is logged."
  }
}

run "refuses_an_allowlist_without_endpoints" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 443, why = "status checks" }] }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_two_zones" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_a_small_range" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/20"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_other_ports" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 22, why = "status checks" }] }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_odd_retention" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 31
      private_endpoints = false
      egress            = { mode = "open", hosts = [] }
    }
  }

  expect_failures = [var.spec]
}
