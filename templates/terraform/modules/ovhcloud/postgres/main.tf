# A PostgreSQL service on the private network. Its plan decides how many nodes it has and how long backups are kept.

locals {
  # Paris has the newer generation: other plans, other flavors, at least two nodes.
  three_zones = var.context.region == "eu-west-par"

  # The smallest plan that keeps backups as long and has a standby when one is asked for.
  plan = local.three_zones ? (
    var.spec.pitr_days > 14 ? "advanced" : "production"
    ) : (
    var.spec.pitr_days > 14 ? "enterprise" : var.spec.high_availability || var.spec.pitr_days > 2 ? "business" : "essential"
  )
  nodes  = { essential = 1, business = 2, enterprise = 3, production = 2, advanced = 3 }[local.plan]
  flavor = local.three_zones ? var.spec.size.flavor_3az : var.spec.size.flavor
  region = upper(var.context.region)
}

resource "ovh_cloud_project_database" "this" {
  service_name = var.context.account
  description  = "${var.context.name}-${var.component}"

  engine    = "postgresql"
  version   = tostring(var.spec.major)
  plan      = local.plan
  flavor    = local.flavor
  disk_size = var.spec.size.storage_gib

  dynamic "nodes" {
    for_each = range(local.nodes)

    content {
      region     = local.region
      network_id = var.network.network_id
      subnet_id  = var.network.private_subnet_ids[0]
    }
  }

  # Without any, nobody is admitted.
  dynamic "ip_restrictions" {
    for_each = toset(var.network.private_cidrs)

    content {
      ip          = ip_restrictions.value
      description = "private subnet of ${var.context.name}"
    }
  }

  # One of the regions has to be the service's own.
  backup_regions = concat([local.region], [for region in var.context.replica_region[*] : upper(region) if var.spec.backup_copy])
  # UTC.
  backup_time      = "01:30:00"
  maintenance_time = "03:00:00"

  deletion_protection    = var.context.protected
  advanced_configuration = length(var.spec.parameters) > 0 ? var.spec.parameters : null

  timeouts {
    create = "1h"
    update = "1h30m"
  }
}

resource "ovh_cloud_project_database_database" "this" {
  for_each = toset(var.spec.databases)

  service_name = var.context.account
  engine       = "postgresql"
  cluster_id   = ovh_cloud_project_database.this.id
  name         = each.key

  # Removing a name would drop the database at once; deletion protection guards the service only.
  lifecycle {
    prevent_destroy = true
  }
}
