# Kapsule with Cilium. The control plane is dedicated: only those keep an audit log, which goes to Cockpit.

locals {
  name = "${var.context.name}-${var.component}"

  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  # The address of the API is public, always. Its list lets the cluster's own network in, and in development whoever is named.
  allowed = concat(
    [for address in var.network.egress_addresses : { ip = "${address}/32", description = "Own network, through its gateways" }],
    [for cidr in var.spec.public_endpoint ? var.spec.public_cidrs : [] : { ip = cidr, description = "Developers" }],
  )
}

resource "scaleway_k8s_cluster" "this" {
  name               = local.name
  description        = "Cluster of ${var.context.stack} in ${var.context.environment}"
  type               = "kapsule-dedicated-4"
  version            = var.spec.addons["kubernetes"]
  cni                = "cilium"
  private_network_id = var.network.private_subnet_ids[0]
  # The last /20 of the network's range, which the network leaves free.
  service_cidr = cidrsubnet(var.network.cidr, 4, 15)
  # Volumes and load balancers outlive a cluster that is taken down.
  delete_additional_resources = false
  project_id                  = var.context.account
  region                      = var.context.region
  tags                        = local.tags

  # No auto_upgrade: versions change with the stack, by a plan that somebody read.

  autoscaler_config {
    # A group is one pool per zone; they grow and shrink alike.
    balance_similar_node_groups   = true
    ignore_daemonsets_utilization = true
  }
}

resource "scaleway_k8s_acl" "this" {
  cluster_id = scaleway_k8s_cluster.this.id
  region     = var.context.region

  dynamic "acl_rules" {
    for_each = local.allowed

    content {
      ip          = acl_rules.value.ip
      description = acl_rules.value.description
    }
  }
}
