output "exports" {
  description = "ids: purpose to ARN of the key. replica_ids: the same for the replica region, only purposes with a replica."
  value = {
    ids         = { for purpose, key in aws_kms_key.this : purpose => key.arn }
    replica_ids = { for purpose, key in aws_kms_replica_key.this : purpose => key.arn }
  }
}
