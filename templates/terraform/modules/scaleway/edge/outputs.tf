output "exports" {
  description = "The zone, the load balancer, and for every host its address and the annotations of the Service that answers it."
  value = {
    zone_id = var.spec.domain
    # The same for all zones: https://www.scaleway.com/en/docs/domains-and-dns/how-to/add-external-domain/
    name_servers        = ["ns0.dom.scw.cloud", "ns1.dom.scw.cloud"]
    load_balancer       = "${replace(scaleway_lb_ip.this.ip_address, ".", "-")}.lb.${var.context.region}.scw.cloud"
    target_groups       = { for label in keys(local.hosts) : label => local.annotations }
    urls                = { for label, name in local.hosts : label => "https://${name}" }
    distribution_domain = null
    key_group_id        = null
  }
}
