# A gateway per zone, all on the same private network, each with a default route: the loss of one zone leaves the others
# their way out. A kernel that knows several default routes spreads its traffic over them.

locals {
  # Scaleway offers no Public Gateway in fr-par-3; nodes there use those of the other zones.
  gateway_zones = [for zone in var.spec.zones : zone if zone != "fr-par-3"]
  nat_zones     = toset(var.spec.nat == "per_zone" ? local.gateway_zones : slice(local.gateway_zones, 0, 1))
}

resource "scaleway_vpc_public_gateway_ip" "this" {
  for_each = local.nat_zones

  project_id = var.context.account
  zone       = each.key
  tags       = local.tags
}

resource "scaleway_vpc_public_gateway" "this" {
  for_each = local.nat_zones

  name            = "${local.name}-${each.key}"
  type            = var.context.tier == "production" ? "VPC-GW-M" : "VPC-GW-S"
  ip_id           = scaleway_vpc_public_gateway_ip.this[each.key].id
  bastion_enabled = false
  enable_smtp     = false
  project_id      = var.context.account
  zone            = each.key
  tags            = local.tags
}

resource "scaleway_vpc_gateway_network" "this" {
  for_each = local.nat_zones

  gateway_id         = scaleway_vpc_public_gateway.this[each.key].id
  private_network_id = scaleway_vpc_private_network.this.id
  enable_masquerade  = true
  zone               = each.key

  ipam_config {
    push_default_route = true
  }
}
