output "exports" {
  description = "Names of the bucket and of its copy in the replica region (null without copies)."
  value = {
    vault      = ovh_cloud_project_storage.this.name
    copy_vault = one(ovh_cloud_project_storage.copy[*].name)
  }
}
