output "exports" {
  description = "Where state is kept, under which key, and how it is locked: by an object beside it, which Object Storage makes once only."
  value = {
    bucket   = scaleway_object_bucket.this.name
    region   = var.context.region
    endpoint = "https://s3.${var.context.region}.scw.cloud"
    key_id   = scaleway_key_manager_key.this.id
    lock     = "s3_lockfile"
  }
}
