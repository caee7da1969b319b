locals {
  addresses = var.network == null ? [] : var.network.egress_addresses
  host      = trimprefix(ovh_cloud_project_containerregistry.this.url, "https://")
}

resource "ovh_cloud_project_containerregistry" "this" {
  service_name = var.context.account
  region       = upper(var.context.region)
  name         = "${var.context.name}-${var.component}"

  # Every image is lost with it.
  lifecycle {
    prevent_destroy = true

    # The plan is OVHcloud's smallest at first; it can be raised by hand and never lowered.
    ignore_changes = [plan_id]
  }
}

# Harbor's own page and API. Pushing and pulling stays open to whoever logs in: CI has no fixed addresses.
resource "ovh_cloud_project_containerregistry_ip_restrictions_management" "this" {
  count = length(local.addresses) > 0 ? 1 : 0

  service_name    = var.context.account
  registry_id     = ovh_cloud_project_containerregistry.this.id
  ip_restrictions = [for address in local.addresses : { ip_block = "${address}/32", description = "gateway of ${var.context.name}" }]
}
