# What an application of IAM needs for each access, as the rule of a policy. This module makes no application: who may write
# policies at Scaleway can give themselves every permission of the organisation, and the role that applies an environment
# must not be able to.
#
# It makes no bucket policy either, which alone could hold an application to one bucket. Scaleway's is a list of who gets in
# and shuts out everybody else, Terraform's own key included, and that application's id is not known here.

locals {
  # With a key of the customer, reading and writing objects needs the key as well.
  decrypt = local.key_id == null ? [] : ["KeyManagerKeyDecrypt"]
  encrypt = local.key_id == null ? [] : ["KeyManagerKeyEncrypt"]

  permission_sets = {
    read   = concat(["ObjectStorageBucketsRead", "ObjectStorageObjectsRead"], local.decrypt)
    append = concat(["ObjectStorageObjectsWrite"], local.encrypt)
    # On a write-once bucket nothing is deleted: a delete marker would hide evidence.
    rw = concat(
      ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "ObjectStorageObjectsWrite"],
      local.worm ? [] : ["ObjectStorageObjectsDelete"], local.decrypt, local.encrypt,
    )
  }

  grants = {
    for access, sets in local.permission_sets :
    access => jsonencode({ project_ids = [var.context.account], permission_set_names = sets })
  }
}
