output "exports" {
  description = "The network, its subnets by kind in the order of the zones, and the addresses that it is seen as outside."
  value = {
    network_id         = aws_vpc.this.id
    cidr               = var.spec.cidr
    zones              = var.spec.zones
    public_subnet_ids  = [for zone in var.spec.zones : aws_subnet.public[zone].id]
    private_subnet_ids = [for zone in var.spec.zones : aws_subnet.private[zone].id]
    intra_subnet_ids   = [for zone in var.spec.zones : aws_subnet.intra[zone].id]
    private_cidrs      = [for zone in var.spec.zones : local.private_cidrs[zone]]
    intra_cidrs        = [for zone in var.spec.zones : local.intra_cidrs[zone]]
    egress_addresses   = [for address in aws_eip.nat : address.public_ip]
  }
}
