# A private namespace of the environment. Images come into being with their first push.

locals {
  # Names of namespaces are unique among all of Scaleway's customers, hence the start of the project's id.
  name = "${var.context.name}-${var.component}-${split("-", var.context.account)[0]}"

  # The namespace stands for the stack, so that its part of the name is not said twice.
  addresses = {
    for name in var.spec.repositories :
    name => "rg.${var.context.region}.scw.cloud/${local.name}/${trimprefix(name, "${var.context.stack}/")}"
  }
}

resource "scaleway_registry_namespace" "this" {
  name = local.name
  # Namespaces take no tags.
  description = "Images of ${var.context.stack} in ${var.context.environment} (component ${var.tags["component"]}, ${var.tags["data_class"]}, owner ${var.tags["owner"]}, cost centre ${var.tags["cost_centre"]})"
  is_public   = false
  project_id  = var.context.account
  region      = var.context.region
}
