# A managed Kubernetes on the private network, whose API answers the network's gateway and nobody else.

locals {
  name = "${var.context.name}-${var.component}"

  three_zones = length(var.network.zones) == 3
  region      = local.three_zones ? upper(var.context.region) : var.network.zones[0]

  # The free plan shares its etcd and has no agreed availability; it does not exist where there are three zones.
  standard = local.three_zones || var.context.tier != "development"
}

resource "ovh_cloud_project_kube" "this" {
  service_name = var.context.account
  region       = local.region
  name         = local.name
  version      = var.spec.version
  plan         = local.standard ? "standard" : "free"

  # Patches of control plane and nodes come by themselves, nodes one after the other.
  update_policy = "MINIMAL_DOWNTIME"

  private_network_id       = var.network.network_id
  nodes_subnet_id          = var.network.private_subnet_ids[0]
  load_balancers_subnet_id = var.network.private_subnet_ids[0]

  # Nodes of the free plan have a public interface too; this sends what leaves them through the gateway all the same.
  dynamic "private_network_configuration" {
    for_each = local.standard ? [] : [true]

    content {
      default_vrack_gateway              = ""
      private_network_routing_as_default = true
    }
  }

  # The standard plan comes with Cilium. Flows can be seen with a client; a web page that anybody in the cluster can open is not needed for it.
  dynamic "customization_cilium" {
    for_each = local.standard ? [true] : []

    content {
      hubble {
        enabled = true

        relay {
          enabled = true
        }

        ui {
          enabled = false
        }
      }
    }
  }

  timeouts {
    create = "1h"
    update = "1h"
    delete = "1h"
  }
}

# Without a single address the API would be open to everybody. Nodes reach it through the gateway, so that has to be in the list.
resource "ovh_cloud_project_kube_iprestrictions" "this" {
  service_name = var.context.account
  kube_id      = ovh_cloud_project_kube.this.id
  ips          = concat([for address in var.network.egress_addresses : "${address}/32"], var.spec.public_cidrs)
}
