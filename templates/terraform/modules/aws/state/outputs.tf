output "exports" {
  description = "Where roots keep their state, and how it is locked."
  value = {
    bucket   = aws_s3_bucket.this.bucket
    region   = var.context.region
    endpoint = "https://s3.${var.context.region}.amazonaws.com"
    key_id   = aws_kms_key.this.arn
    lock     = "s3_lockfile"
  }
}
