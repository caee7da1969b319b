output "exports" {
  description = "Where roots keep their state, and how it is locked. OVHcloud holds the key."
  value = {
    bucket   = ovh_cloud_project_storage.this.name
    region   = var.context.region
    endpoint = "https://s3.${var.context.region}.io.cloud.ovh.net"
    key_id   = null
    lock     = "s3_lockfile"
  }
}
