# A group for network interfaces that other software makes here: nothing comes in, as no rule says so. Kubernetes Engine and
# load balancers bring groups of their own.
resource "stackit_security_group" "closed" {
  project_id  = var.context.account
  name        = "${local.name}-closed"
  description = "Nothing in; out to the network and to what is declared"
  stateful    = true
  labels      = local.labels
}

resource "stackit_security_group_rule" "inside" {
  project_id        = var.context.account
  security_group_id = stackit_security_group.closed.security_group_id
  description       = "To the network itself"
  direction         = "egress"
  ether_type        = "IPv4"
  ip_range          = var.spec.cidr
}

resource "stackit_security_group_rule" "open" {
  count = local.filtered ? 0 : 1

  project_id        = var.context.account
  security_group_id = stackit_security_group.closed.security_group_id
  description       = "Anywhere: the stack declares no destinations"
  direction         = "egress"
  ether_type        = "IPv4"
  ip_range          = "0.0.0.0/0"
}

resource "stackit_security_group_rule" "declared" {
  for_each = local.filtered ? local.addresses : {}

  project_id        = var.context.account
  security_group_id = stackit_security_group.closed.security_group_id
  description       = each.value.why
  direction         = "egress"
  ether_type        = "IPv4"
  ip_range          = each.value.range
  protocol          = { name = "tcp" }
  port_range        = { min = each.value.port, max = each.value.port }
}
