# One bucket, and with `replicate` its copy in another region of the same project.

locals {
  # A name is one bucket's in the whole region, whoever's it is; S3 allows 63 characters.
  name         = "${var.context.name}-${var.component}-${substr(var.context.account, 0, 8)}"
  replica_name = "${local.name}-dr"

  # The S3 API spells regions in lower case, the control API in capitals.
  region         = upper(var.context.region)
  replica_region = upper(coalesce(var.context.replica_region, var.context.region))

  tags = var.tags

  # Off means never on: OVHcloud takes no lifecycle for a bucket whose versions are suspended.
  versioning = { status = var.spec.versioning ? "enabled" : "disabled" }

  # Modes in lower case, the period as ISO 8601 has it.
  object_lock = var.spec.worm == null ? null : {
    status = "enabled"
    rule = {
      mode   = var.spec.worm.mode
      period = "P${var.spec.worm.retain_days}D"
    }
  }
}

resource "ovh_cloud_project_storage" "this" {
  service_name = var.context.account
  region_name  = local.region
  name         = local.name

  versioning  = local.versioning
  object_lock = local.object_lock
  encryption  = { sse_algorithm = "AES256" }

  replication = !var.spec.replicate ? null : {
    rules = [
      {
        id       = "all"
        status   = "enabled"
        priority = 1
        filter   = { prefix = "" }
        # What is hidden here stays in sight there.
        delete_marker_replication = "disabled"
        destination = {
          name                           = ovh_cloud_project_storage.replica[0].name
          region                         = local.replica_region
          remove_on_main_bucket_deletion = false
        }
      },
    ]
  }

  # A list of what is in the bucket has no place in the state.
  hide_objects = true
  tags         = local.tags

  # A destroy would delete the objects first.
  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_cloud_project_storage" "replica" {
  count = var.spec.replicate ? 1 : 0

  service_name = var.context.account
  region_name  = local.replica_region
  name         = local.replica_name

  versioning  = local.versioning
  object_lock = local.object_lock
  encryption  = { sse_algorithm = "AES256" }

  hide_objects = true
  tags         = local.tags

  lifecycle {
    prevent_destroy = true
  }
}
