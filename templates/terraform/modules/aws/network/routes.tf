resource "aws_eip" "nat" {
  for_each = local.nat_zones

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${local.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.nat[each.key].id
  tags          = merge(var.tags, { Name = "${local.name}-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-public-${each.key}" })
}

resource "aws_route" "public_out" {
  for_each = local.zones

  route_table_id         = aws_route_table.public[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = local.zones

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[each.key].id
}

resource "aws_route_table" "nat" {
  for_each = local.nat_zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-nat-${each.key}" })
}

resource "aws_route" "nat_out" {
  for_each = local.nat_zones

  route_table_id         = aws_route_table.nat[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

# Answers from outside go back through the firewall that saw the question: one that sees half a conversation drops it.
resource "aws_route" "nat_back" {
  for_each = local.filtered ? local.way_out : {}

  route_table_id         = aws_route_table.nat[each.value].id
  destination_cidr_block = local.private_cidrs[each.key]
  vpc_endpoint_id        = local.firewall_endpoints[each.value]
}

resource "aws_route_table_association" "nat" {
  for_each = local.nat_zones

  subnet_id      = aws_subnet.nat[each.key].id
  route_table_id = aws_route_table.nat[each.key].id
}

resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-private-${each.key}" })
}

resource "aws_route" "private_out" {
  for_each = local.zones

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = local.filtered ? null : aws_nat_gateway.this[local.way_out[each.key]].id
  vpc_endpoint_id        = local.filtered ? local.firewall_endpoints[local.way_out[each.key]] : null
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# No route but the network's own.
resource "aws_route_table" "intra" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${local.name}-intra" })
}

resource "aws_route_table_association" "intra" {
  for_each = local.zones

  subnet_id      = aws_subnet.intra[each.key].id
  route_table_id = aws_route_table.intra.id
}
