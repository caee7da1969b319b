# The public address that the cluster's load balancer takes, the records that lead to it, and signatures for the zone.

locals {
  name   = "${var.context.name}-${var.component}"
  region = length(var.network.zones) > 1 ? upper(var.context.region) : var.network.zones[0]
}

# The load balancer itself lives and dies with a Service in the cluster. Its address is made here, so that names and the
# firewalls of others can count on it.
resource "ovh_cloud_floating_ip" "this" {
  service_name = var.context.account
  region       = local.region
  description  = local.name
}

resource "ovh_domain_zone_record" "host" {
  for_each = var.spec.hosts

  zone      = var.spec.domain
  subdomain = each.key
  fieldtype = "A"
  target    = ovh_cloud_floating_ip.this.current_state.ip
  # Seconds: the way back from a wrong address must not take a day.
  ttl = 300
}

resource "ovh_domain_zone_dnssec" "this" {
  zone_name = var.spec.domain
}
