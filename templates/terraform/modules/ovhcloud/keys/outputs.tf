output "exports" {
  description = "ids: purpose to id of the key. replica_ids: the same for the replica region, only purposes with a replica."
  value = {
    ids         = { for purpose, key in ovh_okms_service_key.this : purpose => key.id }
    replica_ids = { for purpose, key in ovh_okms_service_key.replica : purpose => key.id }
  }
}
