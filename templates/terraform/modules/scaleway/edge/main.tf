# The environment's DNS zone, and a load balancer between the internet and the private network.

locals {
  name = "${var.context.name}-${var.component}"

  # A tag is one string.
  tags = [for key, value in merge({ stack = var.context.stack, environment = var.context.environment, managed_by = "gen" }, var.tags) : "${key}=${value}"]

  # Scaleway wants the registered domain and what stands before it apart. It is taken to be the last two labels.
  labels    = split(".", var.spec.domain)
  root      = join(".", slice(local.labels, length(local.labels) - 2, length(local.labels)))
  subdomain = join(".", slice(local.labels, 0, length(local.labels) - 2))

  hosts = { for label in keys(var.spec.hosts) : label => "${label}.${var.spec.domain}" }

  # Load balancers lie in one zone, and Scaleway offers none in fr-par-3.
  zone = [for zone in var.network.zones : zone if zone != "fr-par-3"][0]
}

resource "scaleway_domain_zone" "this" {
  domain     = local.root
  subdomain  = local.subdomain
  project_id = var.context.account

  # Whoever delegates to the zone names its servers.
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_domain_record" "host" {
  for_each = local.hosts

  dns_zone   = scaleway_domain_zone.this.id
  name       = each.key
  type       = "A"
  data       = scaleway_lb_ip.this.ip_address
  ttl        = 300
  project_id = var.context.account
}

# Nobody else issues certificates for these names.
resource "scaleway_domain_record" "caa" {
  dns_zone   = scaleway_domain_zone.this.id
  name       = ""
  type       = "CAA"
  data       = "0 issue \"letsencrypt.org\""
  ttl        = 3600
  project_id = var.context.account
}
