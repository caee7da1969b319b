# Names of the environment, and a load balancer between the internet and the private network.

locals {
  name = "${var.context.name}-${var.component}"

  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  hosts = { for label in keys(var.spec.hosts) : label => "${label}.${var.spec.domain}" }

  # Load balancers lie in one zone, and Scaleway offers none in fr-par-3.
  zone = [for zone in var.network.zones : zone if zone != "fr-par-3"][0]
}

# The first record makes the zone. A resource of its own would ask Scaleway for it in every plan, and want the registered
# domain and what stands before it apart, which no rule can tell.
resource "scaleway_domain_record" "host" {
  for_each = local.hosts

  dns_zone   = var.spec.domain
  name       = each.key
  type       = "A"
  data       = scaleway_lb_ip.this.ip_address
  ttl        = 300
  project_id = var.context.account
}

# Nobody else issues certificates for these names.
resource "scaleway_domain_record" "caa" {
  dns_zone   = var.spec.domain
  name       = ""
  type       = "CAA"
  data       = "0 issue \"letsencrypt.org\""
  ttl        = 3600
  project_id = var.context.account
}
