output "exports" {
  description = "The network in its region, its one subnet, and the addresses that it is seen as outside. Load balancers stand in the private subnet and get floating addresses; there is no subnet without a gateway."
  value = {
    network_id         = ovh_cloud_project_network_private.this.regions_openstack_ids[local.region]
    cidr               = var.spec.cidr
    zones              = var.spec.zones
    public_subnet_ids  = []
    private_subnet_ids = [ovh_cloud_project_network_private_subnet_v2.private.id]
    intra_subnet_ids   = []
    private_cidrs      = [local.private_cidr]
    intra_cidrs        = []
    egress_addresses   = flatten([for outside in ovh_cloud_project_gateway.this.external_information : outside.ips[*].ip])
  }
}
