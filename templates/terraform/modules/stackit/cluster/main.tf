locals {
  # Short on purpose: neither the provider nor its documentation says how long a name may be, and its own tests use ten characters.
  name = "${trimsuffix(substr(var.context.environment, 0, 5), "-")}-${substr(sha256("${var.context.name}-${var.component}"), 0, 4)}"

  # The service spreads a group's numbers over its zones and advises multiples, so a group is in no more zones than it has nodes.
  zones = {
    for name, group in var.spec.node_groups : name => slice(var.network.zones, 0, min(length(var.network.zones), max(1, group.min)))
  }

  # The API has a public address whatever is asked for; this list is what closes it. An empty one would say nothing, so the
  # network's own range is always there.
  allowed = distinct(concat(
    [var.network.cidr],
    [for address in var.network.egress_addresses : "${address}/32"],
    var.spec.public_endpoint ? var.spec.public_cidrs : [],
  ))
}

resource "stackit_ske_cluster" "this" {
  project_id             = var.context.account
  name                   = local.name
  kubernetes_version_min = var.spec.version

  # Nodes get no public addresses; the service gives them security groups of its own.
  network = { id = var.network.network_id }

  node_pools = [
    for name, group in var.spec.node_groups : {
      name                    = name
      machine_type            = group.machine_type
      minimum                 = group.min
      maximum                 = group.max
      availability_zones      = local.zones[name]
      max_surge               = length(local.zones[name])
      max_unavailable         = 0
      os_name                 = "flatcar"
      cri                     = "containerd"
      volume_type             = group.volume_type
      volume_size             = group.disk_gib
      labels                  = group.labels
      taints                  = [for key, value in group.taints : { key = key, value = value, effect = "NoSchedule" }]
      allow_system_components = length(group.taints) == 0
    }
  ]

  # Versions that fix holes come by themselves, at night.
  maintenance = {
    enable_kubernetes_version_updates    = true
    enable_machine_image_version_updates = true
    start                                = "01:00:00Z"
    end                                  = "03:00:00Z"
  }

  # People log in as themselves; no file with credentials has to be handed round.
  access = { idp = { enabled = true, type = "stackit" } }

  extensions = { acl = { enabled = true, allowed_cidrs = local.allowed } }

  lifecycle {
    precondition {
      condition     = sum([for group in values(var.spec.node_groups) : group.min]) <= 1000
      error_message = "A cluster runs 1000 nodes at most."
    }
  }
}
