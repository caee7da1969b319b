locals {
  labels = var.tags

  # All names lead to one address: the ingress of the cluster tells them apart.
  labels_of_names = setunion(["ingress"], keys(var.spec.hosts))
}

# Kept over the lives of load balancers, so that names keep leading somewhere. The cluster's load balancer takes it by an annotation.
resource "stackit_public_ip" "ingress" {
  project_id = var.context.account
  labels     = local.labels

  lifecycle {
    # The load balancer puts its own interface here.
    ignore_changes  = [network_interface_id]
    prevent_destroy = true
  }
}

resource "stackit_dns_zone" "this" {
  project_id  = var.context.account
  name        = "${var.context.name}-${var.component}"
  dns_name    = var.spec.domain
  description = "Names of ${var.context.stack}/${var.context.environment}, made by gen"
  type        = "primary"
  default_ttl = 300

  # A new zone may have other name servers, and the parent would delegate to nobody.
  lifecycle {
    prevent_destroy = true
  }
}

resource "stackit_dns_record_set" "this" {
  for_each = local.labels_of_names

  project_id = var.context.account
  zone_id    = stackit_dns_zone.this.zone_id
  name       = each.key
  type       = "A"
  ttl        = 300
  records    = [stackit_public_ip.ingress.ip]
  comment    = each.key == "ingress" ? "Ingress of the cluster" : "Workload ${var.spec.hosts[each.key].workload}"
}
