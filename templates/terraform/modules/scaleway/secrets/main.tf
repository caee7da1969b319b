# Empty secrets. Values come from people or workloads, so that none is ever in the code, the plan or the state.

locals {
  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]

  # api/signing is the secret `signing` in the folder /<stack>/<environment>/api.
  folder = "/${var.context.stack}/${var.context.environment}"
  parts  = { for name in keys(var.spec.names) : name => split("/", name) }
  paths  = { for name, parts in local.parts : name => join("/", concat([local.folder], slice(parts, 0, length(parts) - 1))) }
}

resource "scaleway_secret" "this" {
  for_each = var.spec.names

  name        = reverse(local.parts[each.key])[0]
  path        = local.paths[each.key]
  description = "${each.value.purpose} (JSON with ${join(", ", each.value.keys)})"
  type        = "key_value"
  protected   = var.context.protected
  project_id  = var.context.account
  region      = var.context.region
  tags        = local.tags
}
