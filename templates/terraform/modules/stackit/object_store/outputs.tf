output "exports" {
  description = "Where the objects are and how to address them. There are no policies to hand out: what a key may do is said by a bucket policy, through the S3 API."
  value = {
    bucket         = local.bucket
    region         = var.context.region
    endpoint       = "https://object.storage.${var.context.region}.onstackit.cloud"
    path_style     = false
    replica_bucket = null
    arn            = "urn:sgws:s3:::${local.bucket}"
    grants         = {}
  }
}
