locals {
  name     = "${var.context.name}-${var.component}"
  filtered = var.spec.egress.mode == "allowlist"
  labels   = var.tags

  # Rules know addresses only; a name has none that stays.
  addresses = {
    for host in var.spec.egress.hosts : "${host.host}:${host.port}" => merge(host, {
      range = can(cidrhost(host.host, 0)) ? host.host : "${host.host}/32"
    }) if can(cidrhost(host.host, 0)) || can(cidrhost("${host.host}/32", 0))
  }
}

# One network spans all zones. It reaches the internet through the gateway of the project, which no connection comes in by.
resource "stackit_network" "this" {
  project_id  = var.context.account
  name        = var.context.name
  ipv4_prefix = var.spec.cidr
  routed      = true
  labels      = local.labels
}
