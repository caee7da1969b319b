resource "aws_db_subnet_group" "this" {
  name        = local.identifier
  description = "${local.identifier}: subnets without a route to the internet"
  subnet_ids  = var.network.intra_subnet_ids

  tags = var.tags
}

# No egress rule: the server answers, it never calls.
resource "aws_security_group" "this" {
  name        = local.identifier
  description = "${local.identifier}: PostgreSQL from the private subnets"
  vpc_id      = var.network.network_id

  tags = merge(var.tags, { Name = local.identifier })
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = toset(var.network.private_cidrs)

  security_group_id = aws_security_group.this.id
  description       = "PostgreSQL from private subnet ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port

  tags = var.tags
}
