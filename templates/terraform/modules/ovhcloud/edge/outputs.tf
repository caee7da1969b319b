output "exports" {
  description = "The address that the cluster's load balancer takes, and the URL of each host. The zone is not made here; there are no target groups and no distribution."
  value = {
    zone_id             = null
    name_servers        = []
    load_balancer       = ovh_cloud_floating_ip.this.current_state.ip
    target_groups       = {}
    urls                = { for label in keys(var.spec.hosts) : label => "https://${label}.${var.spec.domain}" }
    distribution_domain = null
    key_group_id        = null
  }
}
