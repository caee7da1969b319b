locals {
  name      = var.context.name
  filtered  = var.spec.egress.mode == "allowlist"
  zones     = { for index, zone in var.spec.zones : zone => index }
  nat_zones = var.spec.nat == "per_zone" ? local.zones : { (var.spec.zones[0]) = 0 }
  # The zone whose gateway a zone goes out through.
  way_out = { for zone in var.spec.zones : zone => var.spec.nat == "per_zone" ? zone : var.spec.zones[0] }

  # A /16 holds, per zone: a /19 of private, a /20 of intra, a /22 of public addresses, and a /28 each for firewall and gateway.
  private_cidrs  = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 3, index) }
  intra_cidrs    = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 4, 8 + index) }
  public_cidrs   = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 6, 48 + index) }
  firewall_cidrs = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 12, 4032 + index) }
  nat_cidrs      = { for zone, index in local.zones : zone => cidrsubnet(var.spec.cidr, 12, 4048 + index) }
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

# NAT gateways have subnets to themselves: with a firewall, answers from outside go through it on their way back, and
# a load balancer in the same subnet would be sent there too, one way only, which a firewall cuts.
resource "aws_subnet" "nat" {
  for_each = local.nat_zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.nat_cidrs[each.key]
  map_public_ip_on_launch = false
  tags                    = merge(var.tags, { Name = "${local.name}-nat-${each.key}" })
}
