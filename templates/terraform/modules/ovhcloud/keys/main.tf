# One key management service for the region, one for the region that copies go to, and in each a key per purpose.

locals {
  prefix   = "${var.context.name}-${var.component}"
  replicas = { for purpose, key in var.spec.purposes : purpose => key if key.replica }

  # Gravelines has no service of its own; Roubaix is in the same country.
  services = { eu-west-par = "eu-west-par", gra = "eu-west-rbx", rbx = "eu-west-rbx", sbg = "eu-west-sbg" }
  service  = local.services[var.context.region]

  # Of the replica region if it has another service than the region itself, else another one in France.
  replica_service = [
    for service in [lookup(local.services, coalesce(var.context.replica_region, "none"), local.service), "eu-west-sbg", "eu-west-rbx"] :
    service if service != local.service
  ][0]

  tags = var.tags
}

# Ordering a service needs the subsidiary that bills the account. Asked for, because only the account knows.
data "ovh_me" "this" {}

resource "ovh_okms" "this" {
  ovh_subsidiary = data.ovh_me.this.ovh_subsidiary
  region         = local.service
  display_name   = local.prefix

  # Whatever a key encrypted is lost with it, backups included.
  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_okms_service_key" "this" {
  for_each = var.spec.purposes

  okms_id    = ovh_okms.this.id
  name       = "${local.prefix}-${each.key}"
  type       = "oct"
  size       = 256
  operations = ["encrypt", "decrypt"]

  lifecycle {
    prevent_destroy = true
  }
}

# Keys of their own, not copies: OVHcloud moves no material between regions.
resource "ovh_okms" "replica" {
  count = length(local.replicas) > 0 ? 1 : 0

  ovh_subsidiary = data.ovh_me.this.ovh_subsidiary
  region         = local.replica_service
  display_name   = "${local.prefix}-replica"

  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_okms_service_key" "replica" {
  for_each = local.replicas

  okms_id    = ovh_okms.replica[0].id
  name       = "${local.prefix}-${each.key}"
  type       = "oct"
  size       = 256
  operations = ["encrypt", "decrypt"]

  lifecycle {
    prevent_destroy = true
  }
}

resource "ovh_iam_resource_tags" "this" {
  urn  = ovh_okms.this.iam.urn
  tags = local.tags
}

resource "ovh_iam_resource_tags" "replica" {
  count = length(local.replicas) > 0 ? 1 : 0

  urn  = ovh_okms.replica[0].iam.urn
  tags = local.tags
}
