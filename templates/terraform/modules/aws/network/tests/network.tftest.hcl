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
    condition = (
      values(local.private_cidrs) == ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"] &&
      values(local.intra_cidrs) == ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"] &&
      values(local.public_cidrs) == ["10.20.192.0/22", "10.20.196.0/22", "10.20.200.0/22"] &&
      values(local.firewall_cidrs) == ["10.20.252.0/28", "10.20.252.16/28", "10.20.252.32/28"] &&
      values(local.nat_cidrs) == ["10.20.253.0/28", "10.20.253.16/28", "10.20.253.32/28"]
    )
    error_message = "No two subnets share addresses: from 0 private, from 128 intra, from 192 public, from 252 firewall and gateways."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.public : s.tags["kubernetes.io/role/elb"] == "1"]) && alltrue([for s in aws_subnet.private : s.tags["kubernetes.io/role/internal-elb"] == "1"]) && alltrue([for s in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.intra)) : s.tags["component"] == "network" && s.tags["data_class"] == "internal"])
    error_message = "Load balancers find their subnets; all carry the tags."
  }

  assert {
    condition     = alltrue([for rule in aws_network_acl_rule.intra : rule.cidr_block == "10.20.0.0/16"]) && aws_network_acl_rule.no_remote_shell.rule_action == "deny" && aws_network_acl_rule.no_remote_shell.from_port == 20 && aws_network_acl_rule.no_remote_shell.to_port == 22 && alltrue([for rule in aws_network_acl_rule.rest : rule.rule_number > aws_network_acl_rule.no_remote_shell.rule_number])
    error_message = "Intra subnets talk to the network only; remote shells are denied before the rest is allowed."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_vpc_endpoint.s3.policy).Statement : statement if statement.Sid == "OwnBuckets"]).Condition.StringEquals["aws:ResourceAccount"] == "123456789012" && alltrue(flatten([for statement in jsondecode(aws_vpc_endpoint.s3.policy).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]]))
    error_message = "S3 is open for the account's own buckets, and no action is a wildcard."
  }

  assert {
    condition     = aws_iam_role.flow.permissions_boundary == null && jsondecode(aws_iam_role.flow.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Flow logs of this account write with the role."
  }

  assert {
    condition     = aws_kms_key.logs.enable_key_rotation && aws_cloudwatch_log_group.flow.retention_in_days == 30 && aws_flow_log.this.max_aggregation_interval == 60
    error_message = "The key rotates, and logs are kept as long as asked for."
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
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_vpc_endpoint.interface) > 10 && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled && jsondecode(endpoint.policy).Statement[0].Condition.StringEqualsIfExists["aws:PrincipalAccount"] == "123456789012"])
    error_message = "Each zone has its own way out, and AWS is reached in private."
  }

  assert {
    condition     = alltrue([for zone in ["eu-central-1a", "eu-central-1b", "eu-central-1c"] : local.way_out[zone] == zone])
    error_message = "Zones do not depend on each other."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4]) == toset(["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]) && alltrue([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.from_port == 443 && rule.to_port == 443])
    error_message = "Endpoints answer private subnets, on HTTPS."
  }

  assert {
    condition     = length(aws_route.nat_back) == 0 && alltrue([for route in aws_route.private_out : route.vpc_endpoint_id == null])
    error_message = "Without a list the gateway is next."
  }
}

run "lets_declared_names_through_only" {
  command = plan

  override_resource {
    target          = aws_subnet.nat
    override_during = plan
    values          = { id = "subnet-0d44444444444444a" }
  }

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
    condition     = keys(aws_networkfirewall_rule_group.hosts) == ["tls"] && aws_networkfirewall_rule_group.hosts["tls"].rule_group[0].rules_source[0].rules_source_list[0].targets == toset(["api.github.com"]) && aws_networkfirewall_rule_group.hosts["tls"].rule_group[0].rules_source[0].rules_source_list[0].target_types == toset(["TLS_SNI"])
    error_message = "The list holds the declared names, for the declared protocol."
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
    condition     = { for zone, route in aws_route.nat_back : zone => [route.destination_cidr_block, route.vpc_endpoint_id] } == { "eu-central-1a" = ["10.20.0.0/19", "vpce-0a"], "eu-central-1b" = ["10.20.32.0/19", "vpce-0a"], "eu-central-1c" = ["10.20.64.0/19", "vpce-0a"] }
    error_message = "Answers go back through the firewall that saw the question."
  }

  assert {
    condition     = alltrue([for route in aws_route.public_out : route.destination_cidr_block == "0.0.0.0/0"]) && alltrue([for gateway in aws_nat_gateway.this : gateway.subnet_id == "subnet-0d44444444444444a"])
    error_message = "Load balancers have no route through the firewall, so they share no subnet with a gateway."
  }

  assert {
    condition     = strcontains(aws_networkfirewall_rule_group.shape[0].rule_group[0].rules_source[0].rules_string, "drop tcp $HOME_NET any -> any ![443] ") && strcontains(aws_networkfirewall_rule_group.shape[0].rule_group[0].rules_source[0].rules_string, "drop udp $HOME_NET any -> any any ") && strcontains(aws_networkfirewall_rule_group.shape[0].rule_group[0].rules_source[0].rules_string, "drop icmp $HOME_NET any -> any any ")
    error_message = "Other ports and protocols do not leave."
  }

  assert {
    condition     = min([for reference in one(aws_networkfirewall_firewall_policy.this).firewall_policy[0].stateful_rule_group_reference : reference.priority]...) == 1 && length(one(aws_networkfirewall_firewall_policy.this).firewall_policy[0].stateful_rule_group_reference) == 2 && one(one(aws_networkfirewall_firewall_policy.this).firewall_policy[0].stateful_engine_options).rule_order == "STRICT_ORDER" && one(aws_networkfirewall_firewall_policy.this).firewall_policy[0].stateless_fragment_default_actions == toset(["aws:drop"])
    error_message = "The shape comes first, then the names, then nothing."
  }

  assert {
    condition     = alltrue([for group in concat(values(aws_networkfirewall_rule_group.hosts), aws_networkfirewall_rule_group.shape) : toset(one([for set in group.rule_group[0].rule_variables[0].ip_sets : set.ip_set[0].definition if set.key == "HOME_NET"])) == toset(["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]) && group.encryption_configuration[0].type == "CUSTOMER_KMS"])
    error_message = "Rules are about the private subnets, and encrypted under the network's key."
  }

  assert {
    condition     = toset([for destination in one(aws_networkfirewall_logging_configuration.this).logging_configuration[0].log_destination_config : destination.log_type]) == toset(["ALERT", "FLOW"]) && alltrue([for group in aws_cloudwatch_log_group.firewall : group.kms_key_id == aws_kms_key.logs.arn])
    error_message = "Alerts and flows are logged, encrypted."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.firewall : group.retention_in_days == 30])
    error_message = "What it does is logged."
  }
}

run "tells_http_from_https" {
  command = plan

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "per_zone"
      flow_log_days     = 30
      private_endpoints = true
      boundary          = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"
      egress = { mode = "allowlist", hosts = [
        { host = "api.github.com", port = 443, why = "status checks" },
        { host = ".example.org", port = 443, why = "partners" },
        { host = "crl.example.net", port = 80, why = "revocation lists" },
      ] }
    }
  }

  assert {
    condition     = aws_networkfirewall_rule_group.hosts["tls"].rule_group[0].rules_source[0].rules_source_list[0].targets == toset(["api.github.com", ".example.org"]) && aws_networkfirewall_rule_group.hosts["http"].rule_group[0].rules_source[0].rules_source_list[0].targets == toset(["crl.example.net"]) && aws_networkfirewall_rule_group.hosts["http"].rule_group[0].rules_source[0].rules_source_list[0].target_types == toset(["HTTP_HOST"])
    error_message = "A name is open for the protocol that it is declared for."
  }

  assert {
    condition     = strcontains(aws_networkfirewall_rule_group.shape[0].rule_group[0].rules_source[0].rules_string, "![443,80] ")
    error_message = "Both ports are declared."
  }

  assert {
    condition     = length(aws_subnet.firewall) == 3 && { for zone, route in aws_route.nat_back : zone => route.vpc_endpoint_id } == { "eu-central-1a" = "vpce-0a", "eu-central-1b" = "vpce-0b", "eu-central-1c" = "vpce-0c" }
    error_message = "Each zone goes out and comes back through its own firewall endpoint."
  }

  assert {
    condition     = aws_iam_role.flow.permissions_boundary == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"
    error_message = "The role is under the boundary."
  }
}

run "protects_the_firewall_when_protected" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "per_zone"
      flow_log_days     = 365
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 443, why = "status checks" }] }
    }
  }

  assert {
    condition     = aws_networkfirewall_firewall.this[0].delete_protection && aws_networkfirewall_firewall.this[0].subnet_change_protection && aws_kms_key.logs.deletion_window_in_days == 30
    error_message = "Firewall and key are not removed by accident."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["network_id", "cidr", "zones", "public_subnet_ids", "private_subnet_ids", "intra_subnet_ids", "private_cidrs", "intra_cidrs", "egress_addresses"])
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition     = output.exports.private_cidrs == ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"] && output.exports.intra_cidrs == ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"] && length(output.exports.egress_addresses) == 1
    error_message = "Ranges come in the order of the zones; one gateway has one address."
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

run "refuses_public_addresses" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "8.8.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_a_range_that_does_not_begin_there" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.5.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
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
      zones             = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "open", hosts = [] }
    }
  }
}

run "refuses_an_unknown_kind_of_nat" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "none"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "open", hosts = [] }
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
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
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
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "closed", hosts = [] }
    }
  }
}

run "refuses_an_empty_list" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [] }
    }
  }
}

run "refuses_a_wildcard_host" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "*.github.com", port = 443, why = "status checks" }] }
    }
  }
}

run "refuses_an_address_as_host" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "192.0.2.1", port = 443, why = "status checks" }] }
    }
  }
}

run "refuses_a_host_without_reason" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [{ host = "api.github.com", port = 443, why = " " }] }
    }
  }
}

run "refuses_more_hosts_than_fit" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "allowlist", hosts = [for number in range(101) : { host = "h${number}.example.org", port = 443, why = "test" }] }
    }
  }
}

run "refuses_a_malformed_boundary" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      cidr              = "10.20.0.0/16"
      zones             = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      nat               = "single"
      flow_log_days     = 30
      private_endpoints = true
      egress            = { mode = "open", hosts = [] }
      boundary          = "boundary"
    }
  }
}
