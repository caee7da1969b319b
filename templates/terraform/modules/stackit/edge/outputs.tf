output "exports" {
  description = "The zone and the server its parent delegates to, the name of the ingress and the URL of each host. Target groups and distributions do not exist here."
  value = {
    zone_id             = stackit_dns_zone.this.zone_id
    name_servers        = [stackit_dns_zone.this.primary_name_server]
    load_balancer       = "ingress.${var.spec.domain}"
    target_groups       = {}
    urls                = { for label in keys(var.spec.hosts) : label => "https://${label}.${var.spec.domain}" }
    distribution_domain = null
    key_group_id        = null
  }
}
