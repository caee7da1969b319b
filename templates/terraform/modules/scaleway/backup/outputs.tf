output "exports" {
  description = "The bucket that copies go to. It lies in the replica region where there is one, and is not copied again."
  value = {
    vault      = scaleway_object_bucket.this.name
    copy_vault = null
  }
}
