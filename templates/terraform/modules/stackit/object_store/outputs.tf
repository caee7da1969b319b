output "exports" {
  description = "Where the objects are and how to address them. There are no policies to hand out: what a key may do is said by a bucket policy, through the S3 API."
  value = {
    bucket   = local.bucket
    region   = var.context.region
    endpoint = "https://object.storage.${var.context.region}.onstackit.cloud"
    # As long as nobody has tried which form clients need: the path asks for no name and no certificate for each bucket.
    path_style     = true
    replica_bucket = null
    arn            = "urn:sgws:s3:::${local.bucket}"
    grants         = {}
  }
}
