output "exports" {
  description = "The audit trail, its bucket and the key that encrypts it."
  value = {
    trail_bucket = aws_s3_bucket.trail.bucket
    trail_arn    = aws_cloudtrail.this.arn
    key_id       = aws_kms_key.trail.arn
  }
}
