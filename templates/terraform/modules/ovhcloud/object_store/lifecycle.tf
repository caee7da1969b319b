# What becomes of objects with time. Replication carries no lifecycle and none of its deletions: the copy has its own.

locals {
  # Classes below infrequent access exist in regions with three zones, cold archive in Paris; elsewhere they mean infrequent access.
  classes = {
    original = local.classes_of[var.context.region == "eu-west-par" ? "three_zones" : "one_zone"]
    replica  = local.classes_of[var.context.replica_region == "eu-west-par" ? "three_zones" : "one_zone"]
  }
  classes_of = {
    one_zone    = { warm = "STANDARD_IA", cold = "STANDARD_IA", frozen = "STANDARD_IA" }
    three_zones = { warm = "STANDARD_IA", cold = "GLACIER_IR", frozen = "DEEP_ARCHIVE" }
  }

  # One move a class: the earliest that leads to it.
  transitions = {
    for bucket, classes in local.classes : bucket => [
      for position, tier in var.spec.tiers : { days = tier.after_days, storage_class = classes[tier.class] }
      if !contains([for earlier in slice(var.spec.tiers, 0, position) : classes[earlier.class]], classes[tier.class])
    ]
  }

  # A locked version cannot go before its time: asking earlier would only fail every night.
  noncurrent_days = max(var.spec.noncurrent_days, try(var.spec.worm.retain_days, 0))

  rules = {
    for bucket, transitions in local.transitions : bucket => concat(
      [{ id = "abort-uploads", status = "enabled", abort_incomplete_multipart_upload = { days_after_initiation = 7 } }],
      [for rule in [{ id = "old-versions", status = "enabled", noncurrent_version_expiration = { noncurrent_days = local.noncurrent_days } }] : rule if var.spec.versioning],
      # OVHcloud takes this one only in a rule of its own.
      [for rule in [{ id = "delete-markers", status = "enabled", expiration = { expired_object_delete_marker = true } }] : rule if var.spec.versioning && var.spec.expire_days == null],
      [for days in var.spec.expire_days[*] : { id = "expire", status = "enabled", expiration = { days = days } }],
      [for rule in [{ id = "tiers", status = "enabled", transitions = transitions }] : rule if length(transitions) > 0],
    )
  }
}

resource "ovh_cloud_project_storage_object_bucket_lifecycle_configuration" "this" {
  service_name   = var.context.account
  region_name    = local.region
  container_name = ovh_cloud_project_storage.this.name
  rules          = local.rules.original
}

resource "ovh_cloud_project_storage_object_bucket_lifecycle_configuration" "replica" {
  count = var.spec.replicate ? 1 : 0

  service_name   = var.context.account
  region_name    = local.replica_region
  container_name = ovh_cloud_project_storage.replica[0].name
  rules          = local.rules.replica
}
