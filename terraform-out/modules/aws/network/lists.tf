# Access lists of the subnets, because the default one lets nothing through. They are coarse on purpose: security
# groups decide by port, these only keep apart what must never meet.

resource "aws_network_acl" "routed" {
  vpc_id = aws_vpc.this.id
  subnet_ids = concat(
    [for subnet in aws_subnet.public : subnet.id],
    [for subnet in aws_subnet.private : subnet.id],
    [for subnet in aws_subnet.firewall : subnet.id],
    [for subnet in aws_subnet.nat : subnet.id],
  )
  tags = merge(var.tags, { Name = "${local.name}-routed" })
}

# File transfer and remote shells from anywhere are never meant. Remote desktop cannot be listed here: its port is
# among those that a NAT gateway takes answers on, and now and then a connection would hang.
resource "aws_network_acl_rule" "no_remote_shell" {
  network_acl_id = aws_network_acl.routed.id
  rule_number    = 10
  egress         = false
  protocol       = "tcp"
  rule_action    = "deny"
  cidr_block     = "0.0.0.0/0"
  from_port      = 20
  to_port        = 22
}

resource "aws_network_acl_rule" "rest" {
  #checkov:skip=CKV_AWS_229:Rule 10 denies ports 20 to 22 before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_230:Rule 10 denies ports 20 to 22 before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_231:NAT gateways take answers on this port; security groups decide by port.
  #checkov:skip=CKV_AWS_232:Rule 10 denies ports 20 to 22 before this one allows the rest; security groups decide by port.
  #checkov:skip=CKV_AWS_352:Answers come to any port above 1023; security groups decide by port.
  for_each = toset(["in", "out"])

  network_acl_id = aws_network_acl.routed.id
  rule_number    = 100
  egress         = each.key == "out"
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}

# Databases and control planes: whatever route somebody adds one day, nothing but the network itself gets in or out.
resource "aws_network_acl" "intra" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.intra : subnet.id]
  tags       = merge(var.tags, { Name = "${local.name}-intra" })
}

resource "aws_network_acl_rule" "intra" {
  #checkov:skip=CKV_AWS_352:Any port, but from the network's own addresses only; security groups decide by port.
  for_each = toset(["in", "out"])

  network_acl_id = aws_network_acl.intra.id
  rule_number    = 100
  egress         = each.key == "out"
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = var.spec.cidr
}
