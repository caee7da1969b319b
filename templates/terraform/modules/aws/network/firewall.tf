# Network Firewall passes connections to declared names and drops every other. It reads the name in the TLS server name
# or the HTTP host header, which the client claims: it stops accidents and honest code, not a program that lies.

locals {
  ports = sort(distinct([for host in var.spec.egress.hosts : tostring(host.port)]))

  names = local.filtered ? {
    for key, kind in {
      http = { port = 80, target = "HTTP_HOST", priority = 20 }
      tls  = { port = 443, target = "TLS_SNI", priority = 10 }
    } : key => merge(kind, { hosts = sort(distinct([for host in var.spec.egress.hosts : host.host if host.port == kind.port])) })
    if contains(local.ports, tostring(kind.port))
  } : {}

  firewall_zones = local.filtered ? local.nat_zones : {}
  firewall_endpoints = local.filtered ? {
    for state in one(aws_networkfirewall_firewall.this[*].firewall_status)[0].sync_states :
    state.availability_zone => state.attachment[0].endpoint_id
  } : {}
}

resource "aws_subnet" "firewall" {
  for_each = local.firewall_zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = local.firewall_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${local.name}-firewall-${each.key}" })
}

resource "aws_route_table" "firewall" {
  for_each = local.firewall_zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-firewall-${each.key}" })
}

resource "aws_route" "firewall_out" {
  for_each = local.firewall_zones

  route_table_id         = aws_route_table.firewall[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}

resource "aws_route_table_association" "firewall" {
  for_each = local.firewall_zones

  subnet_id      = aws_subnet.firewall[each.key].id
  route_table_id = aws_route_table.firewall[each.key].id
}

# First the shape: no protocol and no port that a name could not be read from. Without it, what never becomes an
# established connection, such as a lone UDP packet, would pass the default actions.
resource "aws_networkfirewall_rule_group" "shape" {
  count = local.filtered ? 1 : 0

  name        = "${local.name}-shape"
  description = "Drops what carries no name to go by"
  type        = "STATEFUL"
  capacity    = 10

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = [for zone in var.spec.zones : local.private_cidrs[zone]]
        }
      }
    }

    rules_source {
      rules_string = join("\n", [
        "drop udp $HOME_NET any -> any any (msg:\"no UDP leaves\"; sid:1; rev:1;)",
        "drop icmp $HOME_NET any -> any any (msg:\"no ICMP leaves\"; sid:2; rev:1;)",
        "drop tcp $HOME_NET any -> any ![${join(",", local.ports)}] (msg:\"no such port is declared\"; sid:3; rev:1;)",
      ])
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.logs.arn
  }

  tags = merge(var.tags, { Name = "${local.name}-shape" })
}

# Then the names, per protocol: a name declared for HTTPS is not open for plain HTTP.
resource "aws_networkfirewall_rule_group" "hosts" {
  for_each = local.names

  name        = "${local.name}-${each.key}"
  description = "Names outside that the stack declares"
  type        = "STATEFUL"
  capacity    = 100

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set {
          definition = [for zone in var.spec.zones : local.private_cidrs[zone]]
        }
      }
    }

    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = [each.value.target]
        targets              = each.value.hosts
      }
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.logs.arn
  }

  tags = merge(var.tags, { Name = "${local.name}-${each.key}" })
}

resource "aws_networkfirewall_firewall_policy" "this" {
  count = local.filtered ? 1 : 0

  name        = local.name
  description = "Drops what is not declared"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:drop"]
    stateful_default_actions           = ["aws:drop_established", "aws:alert_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "DROP"
    }

    stateful_rule_group_reference {
      priority     = 1
      resource_arn = one(aws_networkfirewall_rule_group.shape[*].arn)
    }

    dynamic "stateful_rule_group_reference" {
      for_each = local.names

      content {
        priority     = stateful_rule_group_reference.value.priority
        resource_arn = aws_networkfirewall_rule_group.hosts[stateful_rule_group_reference.key].arn
      }
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.logs.arn
  }

  tags = merge(var.tags, { Name = local.name })
}

resource "aws_networkfirewall_firewall" "this" {
  #checkov:skip=CKV_AWS_344:Protected environments have it; the others are taken down and built again.
  count = local.filtered ? 1 : 0

  name                              = local.name
  vpc_id                            = aws_vpc.this.id
  firewall_policy_arn               = one(aws_networkfirewall_firewall_policy.this[*].arn)
  delete_protection                 = var.context.protected
  subnet_change_protection          = var.context.protected
  firewall_policy_change_protection = false

  dynamic "subnet_mapping" {
    for_each = aws_subnet.firewall

    content {
      subnet_id = subnet_mapping.value.id
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.logs.arn
  }

  tags = merge(var.tags, { Name = local.name })
}

resource "aws_cloudwatch_log_group" "firewall" {
  #checkov:skip=CKV_AWS_338:The tier decides how long logs are kept; production keeps them for a year.
  for_each = toset(local.filtered ? ["alert", "flow"] : [])

  name              = "/aws/network-firewall/${local.name}/${each.key}"
  retention_in_days = var.spec.flow_log_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

resource "aws_networkfirewall_logging_configuration" "this" {
  count = local.filtered ? 1 : 0

  firewall_arn = one(aws_networkfirewall_firewall.this[*].arn)

  logging_configuration {
    dynamic "log_destination_config" {
      for_each = aws_cloudwatch_log_group.firewall

      content {
        log_destination      = { logGroup = log_destination_config.value.name }
        log_destination_type = "CloudWatchLogs"
        log_type             = upper(log_destination_config.key)
      }
    }
  }
}
