# Node pools. A pool is in one zone: where there are three, a group is three pools that share its numbers.

locals {
  # By name: the group and the position of the zone, null where there is one zone.
  pools = merge([
    for name, group in var.spec.node_groups : local.three_zones ? {
      for position, zone in var.network.zones : "${name}-${substr(zone, -1, 1)}" => {
        group   = group
        zones   = [zone]
        min     = floor((group.min + 2 - position) / 3)
        desired = floor((group.desired + 2 - position) / 3)
        max     = floor((group.max + 2 - position) / 3)
      }
      } : {
      (name) = { group = group, zones = null, min = group.min, desired = group.desired, max = group.max }
    }
  ]...)
}

resource "ovh_cloud_project_kube_nodepool" "this" {
  # A group of one or two nodes does not reach every zone.
  for_each = { for name, pool in local.pools : name => pool if pool.max > 0 }

  service_name       = var.context.account
  kube_id            = ovh_cloud_project_kube.this.id
  name               = each.key
  flavor_name        = each.value.group.flavor
  availability_zones = each.value.zones

  autoscale     = each.value.min < each.value.max
  min_nodes     = each.value.min
  desired_nodes = each.value.desired
  max_nodes     = each.value.max

  template {
    metadata {
      annotations = {}
      finalizers  = []
      labels      = each.value.group.labels
    }

    spec {
      taints        = [for key, value in each.value.group.taints : { key = key, value = value, effect = "NoSchedule" }]
      unschedulable = false
    }
  }

  timeouts {
    create = "1h"
    update = "1h"
    delete = "1h"
  }

  # The autoscaler moves it between the bounds.
  lifecycle {
    ignore_changes = [desired_nodes]
  }

  # No node before the API is closed.
  depends_on = [ovh_cloud_project_kube_iprestrictions.this]
}
