output "exports" {
  description = "The VPC, its private network, and the addresses that it is seen as outside. There are no public and no intra subnets."
  value = {
    network_id         = scaleway_vpc.this.id
    cidr               = var.spec.cidr
    zones              = var.spec.zones
    public_subnet_ids  = []
    private_subnet_ids = [scaleway_vpc_private_network.this.id]
    intra_subnet_ids   = []
    private_cidrs      = [local.private_cidr]
    intra_cidrs        = []
    egress_addresses   = [for zone in sort(tolist(local.nat_zones)) : scaleway_vpc_public_gateway_ip.this[zone].address]
  }

  # Whoever uses the network waits until there is a way out.
  depends_on = [scaleway_vpc_gateway_network.this]
}
