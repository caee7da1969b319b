# What an application of IAM needs for each access, as the rule of a policy. This module makes no application: who may write
# policies at Scaleway can give themselves every permission of the organisation, and the role that applies an environment
# must not be able to.
#
# It makes no bucket policy either, which alone could hold an application to one bucket. Scaleway's is a list of who gets in
# and shuts out everybody else, Terraform's own key included, and that application's id is not known here.

locals {
  # Reading and writing objects needs their key as well.
  permission_sets = {
    read   = ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "KeyManagerKeyDecrypt"]
    append = ["ObjectStorageObjectsWrite", "KeyManagerKeyEncrypt"]
    # On a write-once bucket nothing is deleted: a delete marker would hide evidence.
    rw = concat(
      ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "ObjectStorageObjectsWrite"],
      local.worm ? [] : ["ObjectStorageObjectsDelete"], ["KeyManagerKeyDecrypt", "KeyManagerKeyEncrypt"],
    )
  }

  grants = {
    for access, sets in local.permission_sets :
    access => jsonencode({ project_ids = [var.context.account], permission_set_names = sets })
  }
}
