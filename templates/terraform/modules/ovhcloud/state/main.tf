locals {
  # A name is one bucket's in the whole region, whoever's it is; S3 allows 63 characters.
  name   = "${var.context.name}-${var.component}-${substr(var.context.account, 0, 8)}"
  region = upper(var.context.region)
}

resource "ovh_cloud_project_storage" "this" {
  service_name = var.context.account
  region_name  = local.region
  name         = local.name

  versioning = { status = "enabled" }
  encryption = { sse_algorithm = "AES256" }

  hide_objects = true
  tags         = var.tags

  # A destroy would delete every state first, the old versions included.
  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_cloud_project_storage_object_bucket_lifecycle_configuration" "this" {
  service_name   = var.context.account
  region_name    = local.region
  container_name = ovh_cloud_project_storage.this.name

  # The ten newest old versions stay whatever their age: a root that changes once a year can go back too.
  # Lock objects end up here as well, because a filter cannot tell them apart by the end of their name.
  rules = [
    {
      id     = "old-versions"
      status = "enabled"
      noncurrent_version_expiration = {
        noncurrent_days           = var.spec.noncurrent_days
        newer_noncurrent_versions = 10
      }
    },
    {
      id         = "delete-markers"
      status     = "enabled"
      expiration = { expired_object_delete_marker = true }
    },
    {
      id                                = "abort-uploads"
      status                            = "enabled"
      abort_incomplete_multipart_upload = { days_after_initiation = 7 }
    },
  ]
}
