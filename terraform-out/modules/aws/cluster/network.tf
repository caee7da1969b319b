# Two groups: the control plane's interfaces, and the nodes with their pods.

resource "aws_security_group" "control_plane" {
  name        = "${local.name}-control-plane"
  description = "${local.name}: interfaces of the control plane"
  vpc_id      = var.network.network_id

  tags = merge(var.tags, { Name = "${local.name}-control-plane" })
}

resource "aws_vpc_security_group_ingress_rule" "api_from_nodes" {
  security_group_id            = aws_security_group.control_plane.id
  description                  = "Kubernetes API from nodes and pods"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = var.tags
}

# Kubelet, webhooks and aggregated APIs: pods choose their own port.
resource "aws_vpc_security_group_egress_rule" "api_to_nodes" {
  security_group_id            = aws_security_group.control_plane.id
  description                  = "Kubelet, webhooks and aggregated APIs on the nodes"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535

  tags = var.tags
}

resource "aws_security_group" "node" {
  #checkov:skip=CKV2_AWS_5:the launch templates of the node groups attach it
  name        = "${local.name}-node"
  description = "${local.name}: nodes and pods"
  vpc_id      = var.network.network_id

  tags = merge(var.tags, { Name = "${local.name}-node" })
}

# Which pod may talk to which is a matter of network policies, which the network plugin enforces.
resource "aws_vpc_security_group_ingress_rule" "node_from_node" {
  security_group_id            = aws_security_group.node.id
  description                  = "Everything among nodes and pods"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "-1"

  tags = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "node_from_api" {
  #checkov:skip=CKV_AWS_25:the only source is the security group of the control plane; the check reads the range of ports alone
  security_group_id            = aws_security_group.node.id
  description                  = "Kubelet, webhooks and aggregated APIs from the control plane"
  referenced_security_group_id = aws_security_group.control_plane.id
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535

  tags = var.tags
}

# Where traffic may leave to is decided by name: by the network's firewall and by network policies.
resource "aws_vpc_security_group_egress_rule" "node" {
  #checkov:skip=CKV_AWS_382:hosts are filtered by name in the network's firewall and by network policies; a security group knows addresses only
  security_group_id = aws_security_group.node.id
  description       = "Everything that the network lets out"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"

  tags = var.tags
}
