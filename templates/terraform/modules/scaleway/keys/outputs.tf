output "exports" {
  description = "Ids of the keys by purpose, and of those in the replica region, each with its region in front."
  value = {
    ids         = { for purpose, key in scaleway_key_manager_key.this : purpose => key.id }
    replica_ids = { for purpose, key in scaleway_key_manager_key.replica : purpose => key.id }
  }
}
