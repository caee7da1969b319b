output "exports" {
  description = "Where the objects are, how to address them, the copy's bucket (null without one), and the policies that let a workload use them."
  value = {
    bucket         = one(concat(aws_s3_bucket.plain[*].bucket, aws_s3_bucket.worm[*].bucket))
    region         = var.context.region
    endpoint       = "https://s3.${var.context.region}.amazonaws.com"
    path_style     = false
    replica_bucket = one(concat(aws_s3_bucket.replica_plain[*].bucket, aws_s3_bucket.replica_worm[*].bucket))
    arn            = local.arn
    grants         = local.grants
  }
}
