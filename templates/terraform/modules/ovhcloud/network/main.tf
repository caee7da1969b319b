# A private network in one Public Cloud region, with one subnet and a gateway that is its only way out.

locals {
  name = "${var.context.name}-${var.component}"

  # The control API spells regions in capitals; where there is one zone, it is a region of its own.
  region = length(var.spec.zones) > 1 ? upper(var.context.region) : var.spec.zones[0]

  # Networks of one vRack are told apart by their VLAN (0 to 4000): two that differ in their range differ in it too.
  octets = [for octet in split(".", split("/", var.spec.cidr)[0]) : tonumber(octet)]
  vlan   = { 10 = 1, 172 = 301, 192 = 601 }[local.octets[0]] + local.octets[1]

  # The upper half stays free for a subnet that is needed later: a subnet cannot be resized.
  private_cidr = cidrsubnet(var.spec.cidr, 1, 0)

  # Traffic to the internet grows with the tier; a model can be changed in place.
  gateway_model = { development = "s", staging = "s", production = "m" }[var.context.tier]
}

resource "ovh_cloud_project_network_private" "this" {
  service_name = var.context.account
  name         = local.name
  regions      = [local.region]
  vlan_id      = local.vlan
}

resource "ovh_cloud_project_network_private_subnet_v2" "private" {
  service_name = var.context.account
  network_id   = ovh_cloud_project_network_private.this.regions_openstack_ids[local.region]
  region       = local.region
  name         = "${local.name}-private"
  cidr         = local.private_cidr

  # Nodes learn their addresses and the gateway's from here; clusters of the standard plan need both.
  dhcp              = true
  enable_gateway_ip = true
}

resource "ovh_cloud_project_gateway" "this" {
  service_name = var.context.account
  region       = local.region
  name         = local.name
  model        = local.gateway_model
  network_id   = ovh_cloud_project_network_private.this.regions_openstack_ids[local.region]
  subnet_id    = ovh_cloud_project_network_private_subnet_v2.private.id
}
