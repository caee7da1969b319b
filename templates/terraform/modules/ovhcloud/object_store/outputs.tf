output "exports" {
  description = "Where the objects are, how to address them, the copy's bucket (null without one), and policies for the S3 users of workloads."
  value = {
    bucket   = ovh_cloud_project_storage.this.name
    region   = var.context.region
    endpoint = "https://s3.${var.context.region}.io.cloud.ovh.net"
    # As long as nobody has tried which form clients need: the path asks for no name and no certificate for each bucket.
    path_style     = true
    replica_bucket = one(ovh_cloud_project_storage.replica[*].name)
    arn            = local.arn
    grants         = local.grants
  }
}
