output "exports" {
  description = "The network, its range and zones, and the public address that it is seen as outside. A STACKIT network has no subnets: it is its own private one."
  value = {
    network_id         = stackit_network.this.network_id
    cidr               = var.spec.cidr
    zones              = var.spec.zones
    public_subnet_ids  = []
    private_subnet_ids = [stackit_network.this.network_id]
    intra_subnet_ids   = []
    private_cidrs      = [var.spec.cidr]
    intra_cidrs        = []
    egress_addresses   = compact([stackit_network.this.public_ip])
  }
}
