locals {
  name      = var.context.name
  filtered  = var.spec.egress.mode == "allowlist"
  zones     = { for index, zone in var.spec.zones : zone => index }
  nat_zones = var.spec.nat == "per_zone" ? local.zones : { (var.spec.zones[0]) = 0 }
  # The zone whose gateway a zone goes out through.
  way_out = { for zone in var.spec.zones : zone => var.spec.nat == "per_zone" ? zone : var.spec.zones[0] }

  # A /16 holds, per zone: a /19 of private, a /20 of intra, a /22 of public addresses, and a /28 for the firewall.
  private_cidrs  = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 3, index) }
  intra_cidrs    = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 4, 8 + index) }
  public_cidrs   = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 6, 48 + index) }
  firewall_cidrs = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 12, 4032 + index) }
}

resource "aws_vpc" "this" {
  cidr_block           = var.spec.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = local.name })
}

# The default group and list let nothing through: what needs a way gets a group of its own.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-default-unused" })
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  tags                   = merge(var.tags, { Name = "${local.name}-default-unused" })
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []
  tags                   = merge(var.tags, { Name = "${local.name}-default-unused" })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = local.name })
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.public_cidrs[each.key]
  map_public_ip_on_launch = false
  tags                    = merge(var.tags, { Name = "${local.name}-public-${each.key}", "kubernetes.io/role/elb" = "1" })
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = local.private_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${local.name}-private-${each.key}", "kubernetes.io/role/internal-elb" = "1" })
}

resource "aws_subnet" "intra" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = local.intra_cidrs[each.key]
  tags              = merge(var.tags, { Name = "${local.name}-intra-${each.key}" })
}

# The subnets have a list of their own, because the default one lets nothing through.
resource "aws_network_acl" "this" {
  vpc_id = aws_vpc.this.id
  subnet_ids = concat(
    [for subnet in aws_subnet.public : subnet.id],
    [for subnet in aws_subnet.private : subnet.id],
    [for subnet in aws_subnet.intra : subnet.id],
    [for subnet in aws_subnet.firewall : subnet.id],
  )
  tags = merge(var.tags, { Name = local.name })
}

# Remote administration from the internet is never meant; everything else is the business of security groups.
resource "aws_network_acl_rule" "no_remote_administration" {
  for_each = { "22" = 10, "3389" = 20 }

  network_acl_id = aws_network_acl.this.id
  rule_number    = each.value
  egress         = false
  protocol       = "tcp"
  rule_action    = "deny"
  cidr_block     = "0.0.0.0/0"
  from_port      = tonumber(each.key)
  to_port        = tonumber(each.key)
}

resource "aws_network_acl_rule" "rest" {
  #checkov:skip=CKV_AWS_229:Rules 10 and 20 deny remote administration before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_230:Rules 10 and 20 deny remote administration before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_231:Rules 10 and 20 deny remote administration before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_232:Rules 10 and 20 deny remote administration before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_352:Security groups decide by port; this list only keeps remote administration out.
  for_each = toset(["in", "out"])

  network_acl_id = aws_network_acl.this.id
  rule_number    = 100
  egress         = each.key == "out"
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
