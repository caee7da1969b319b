output "exports" {
  description = "ids: purpose to `<project>,<region>,<key ring>,<key>`, the id of the provider, which names all that a service asks for. replica_ids: empty, keys belong to one region."
  value = {
    ids         = { for purpose, key in stackit_kms_key.this : purpose => "${var.context.account},${var.context.region},${key.keyring_id},${key.key_id}" }
    replica_ids = {}
  }
}
