# One VPC with one private network over all its zones. Everything in it has private addresses only and goes out through
# Public Gateways.

locals {
  name = "${var.context.name}-${var.component}"

  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  # A private network holds a /20 at most. The cluster takes the last /20 of the range for its Services.
  private_cidr = cidrsubnet(var.spec.cidr, 4, 0)
}

resource "scaleway_vpc" "this" {
  name       = local.name
  project_id = var.context.account
  region     = var.context.region
  tags       = local.tags
}

# A private network added to the VPC later reaches nothing here and is reached from nowhere, until a rule lets it. Within
# a private network, and on the way to the internet, these lists decide nothing.
resource "scaleway_vpc_acl" "this" {
  for_each = { ipv4 = false, ipv6 = true }

  vpc_id         = scaleway_vpc.this.id
  region         = var.context.region
  is_ipv6        = each.value
  default_policy = "drop"
}

resource "scaleway_vpc_private_network" "this" {
  name       = local.name
  vpc_id     = scaleway_vpc.this.id
  project_id = var.context.account
  region     = var.context.region
  tags       = local.tags

  ipv4_subnet {
    subnet = local.private_cidr
  }
}

# Scaleway's edge filters no destinations, so a list of them is not enforced here. A warning, not a refusal: whether that
# loss is acceptable was decided where the environment was planned.
check "egress" {
  assert {
    condition     = var.spec.egress.mode == "open"
    error_message = "Nothing at Scaleway keeps a private network to the hosts in spec.egress.hosts: enforce them in the cluster, by its network policies."
  }
}
