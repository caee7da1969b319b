# A pool lies in one zone. A group is spread: each zone gets its share of the nodes, the first zones what is left over.

locals {
  zones = var.network.zones

  shares = merge([
    for name, group in var.spec.node_groups : {
      for index, zone in local.zones : "${name}-${zone}" => {
        group   = group
        zone    = zone
        min     = floor(group.min / length(local.zones)) + (index < group.min % length(local.zones) ? 1 : 0)
        desired = floor(group.desired / length(local.zones)) + (index < group.desired % length(local.zones) ? 1 : 0)
        max     = floor(group.max / length(local.zones)) + (index < group.max % length(local.zones) ? 1 : 0)
      }
    }
  ]...)

  pools = { for name, share in local.shares : name => share if share.max > 0 }
}

# Nodes have no public address, so nothing should ever get as far as this group. It is here for the day when one has.
resource "scaleway_instance_security_group" "nodes" {
  for_each = toset(local.zones)

  name                    = "${local.name}-${each.key}"
  description             = "Nodes of ${local.name}: nothing in from the internet"
  inbound_default_policy  = "drop"
  outbound_default_policy = "accept"
  stateful                = true
  enable_default_security = true # no mail goes out
  project_id              = var.context.account
  zone                    = each.key
  tags                    = local.tags
}

resource "scaleway_k8s_pool" "this" {
  for_each = local.pools

  cluster_id             = scaleway_k8s_cluster.this.id
  name                   = each.key
  node_type              = each.value.group.node_type
  size                   = each.value.desired
  min_size               = each.value.min
  max_size               = each.value.max
  autoscaling            = each.value.min < each.value.max
  autohealing            = true
  container_runtime      = "containerd"
  public_ip_disabled     = true
  security_group_id      = scaleway_instance_security_group.nodes[each.value.zone].id
  root_volume_type       = "sbs_5k"
  root_volume_size_in_gb = each.value.group.disk_gib
  labels                 = each.value.group.labels
  zone                   = each.value.zone
  region                 = var.context.region
  tags                   = local.tags

  dynamic "taints" {
    for_each = each.value.group.taints

    content {
      key    = taints.key
      value  = taints.value
      effect = "NoSchedule"
    }
  }

  upgrade_policy {
    # A new node is there before an old one goes.
    max_surge       = 1
    max_unavailable = 0
  }

  # The autoscaler decides after the first apply.
  lifecycle {
    ignore_changes = [size]
  }

  depends_on = [scaleway_k8s_acl.this]
}
