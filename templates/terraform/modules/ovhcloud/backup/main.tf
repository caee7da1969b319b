# A locked bucket for backups that jobs write, and its copy in the replica region.

locals {
  # A name is one bucket's in the whole region, whoever's it is; S3 allows 63 characters.
  name           = "${var.context.name}-${var.component}-${substr(var.context.account, 0, 8)}"
  region         = upper(var.context.region)
  replica_region = upper(coalesce(var.context.replica_region, var.context.region))
  tags           = var.tags

  # Compliance cannot be taken back, by OVHcloud either; an unprotected environment must be able to tidy up.
  object_lock = !var.spec.lock.enabled ? null : {
    status = "enabled"
    rule = {
      mode   = var.context.protected ? "compliance" : "governance"
      period = "P${var.spec.retain_days}D"
    }
  }

  rules = [
    {
      id         = "expire"
      status     = "enabled"
      expiration = { days = var.spec.retain_days }
    },
    {
      # A backup that expired becomes an old version; its lock has ended by then.
      id                            = "old-versions"
      status                        = "enabled"
      noncurrent_version_expiration = { noncurrent_days = 1 }
    },
    {
      id                                = "abort-uploads"
      status                            = "enabled"
      abort_incomplete_multipart_upload = { days_after_initiation = 2 }
    },
  ]
}

resource "ovh_cloud_project_storage" "this" {
  service_name = var.context.account
  region_name  = local.region
  name         = local.name

  versioning  = { status = "enabled" }
  object_lock = local.object_lock
  encryption  = { sse_algorithm = "AES256" }

  replication = !var.spec.copy ? null : {
    rules = [
      {
        id                        = "all"
        status                    = "enabled"
        priority                  = 1
        filter                    = { prefix = "" }
        delete_marker_replication = "disabled"
        destination = {
          name                           = ovh_cloud_project_storage.copy[0].name
          region                         = local.replica_region
          remove_on_main_bucket_deletion = false
        }
      },
    ]
  }

  hide_objects = true
  tags         = local.tags

  # A destroy would delete the backups first.
  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_cloud_project_storage" "copy" {
  count = var.spec.copy ? 1 : 0

  service_name = var.context.account
  region_name  = local.replica_region
  name         = "${local.name}-dr"

  versioning  = { status = "enabled" }
  object_lock = local.object_lock
  encryption  = { sse_algorithm = "AES256" }

  hide_objects = true
  tags         = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_cloud_project_storage_object_bucket_lifecycle_configuration" "this" {
  service_name   = var.context.account
  region_name    = local.region
  container_name = ovh_cloud_project_storage.this.name
  rules          = local.rules
}

# Deletions by lifecycle are not replicated.
resource "ovh_cloud_project_storage_object_bucket_lifecycle_configuration" "copy" {
  count = var.spec.copy ? 1 : 0

  service_name   = var.context.account
  region_name    = local.replica_region
  container_name = ovh_cloud_project_storage.copy[0].name
  rules          = local.rules
}
