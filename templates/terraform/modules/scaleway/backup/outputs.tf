output "exports" {
  description = "The bucket that copies go to. With spec.copy it lies in the replica region; it is not copied again."
  value = {
    vault      = scaleway_object_bucket.this.name
    copy_vault = null
  }
}
