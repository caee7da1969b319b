# A managed PostgreSQL on the private network. It is made without a first user, because that user's password would have to
# come from here: the administrator is made afterwards, and the password goes where the secret below is.

locals {
  name = "${var.context.name}-${var.component}"

  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  settings = merge(
    var.spec.parameters,
    var.spec.connections == null ? {} : { max_connections = tostring(var.spec.connections) },
  )
}

resource "scaleway_rdb_instance" "this" {
  name               = local.name
  engine             = "PostgreSQL-${var.spec.major}"
  node_type          = var.spec.size.node_type
  is_ha_cluster      = var.spec.high_availability
  encryption_at_rest = true
  volume_type        = "sbs_5k"
  volume_size_in_gb  = var.spec.size.storage_gib
  settings           = length(local.settings) == 0 ? null : local.settings
  project_id         = var.context.account
  region             = var.context.region
  tags               = local.tags

  disable_backup            = false
  backup_schedule_frequency = 24 # hours
  backup_schedule_retention = var.spec.pitr_days
  backup_same_region        = !var.spec.backup_copy

  # With a private network and no load balancer there is no public address.
  private_network {
    pn_id       = var.network.private_subnet_ids[0]
    enable_ipam = true
  }

  logs_policy {
    max_age_retention = var.spec.log_days
  }

  # Backups belong to the instance and go with it.
  lifecycle {
    prevent_destroy = true
  }
}

# Every instance starts open to all addresses. Within the private network the list decides nothing; it is for the day when
# somebody adds a public address.
resource "scaleway_rdb_acl" "this" {
  instance_id = scaleway_rdb_instance.this.id
  region      = var.context.region

  dynamic "acl_rules" {
    for_each = var.network.private_cidrs

    content {
      ip          = acl_rules.value
      description = "Private network"
    }
  }
}

resource "scaleway_rdb_database" "this" {
  for_each = toset(var.spec.databases)

  instance_id = scaleway_rdb_instance.this.id
  name        = each.key
  region      = var.context.region

  lifecycle {
    prevent_destroy = true
  }
}

# Where the administrator's name and password are kept. Whoever makes that user writes them here; Terraform never sees them.
resource "scaleway_secret" "admin" {
  name        = "admin"
  path        = "/${var.context.stack}/${var.context.environment}/${var.component}"
  description = "Administrator of ${local.name}"
  type        = "database_credentials"
  protected   = var.context.protected
  project_id  = var.context.account
  region      = var.context.region
  tags        = local.tags
}
