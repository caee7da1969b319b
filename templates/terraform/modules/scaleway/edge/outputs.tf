output "exports" {
  description = "The zone, the load balancer, and for every host its address and the annotations of the Service that answers it."
  value = {
    zone_id             = scaleway_domain_zone.this.id
    name_servers        = scaleway_domain_zone.this.ns
    load_balancer       = "${replace(scaleway_lb_ip.this.ip_address, ".", "-")}.lb.${var.context.region}.scw.cloud"
    target_groups       = { for label in keys(local.hosts) : label => local.annotations }
    urls                = { for label, name in local.hosts : label => "https://${name}" }
    distribution_domain = null
    key_group_id        = null
  }
}
