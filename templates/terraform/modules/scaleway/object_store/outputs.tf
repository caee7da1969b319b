output "exports" {
  description = "Where the objects are, how to address them, and for each access the rule of a policy that gives it. There is no copy."
  value = {
    bucket   = one(concat(scaleway_object_bucket.plain[*].name, scaleway_object_bucket.worm[*].name))
    region   = var.context.region
    endpoint = "https://s3.${var.context.region}.scw.cloud"
    # As long as nobody has tried which form clients need: the path asks for no name and no certificate for each bucket.
    path_style     = true
    replica_bucket = null
    # Policies of Object Storage name a bucket by its name.
    arn    = local.name
    grants = local.grants
  }
}
