locals {
  name   = "${var.context.name}-${var.component}"
  digest = substr(sha256(local.name), 0, 4)
  key    = split(",", var.keys.ids["database"])
}

# The service uses the key as this account, which nobody enters: it has no key and trusts no issuer.
resource "stackit_service_account" "kms" {
  project_id = var.context.account
  name       = "${trimsuffix(substr(replace(var.component, "/-+/", "-"), 0, 11), "-")}-kms-${local.digest}"
}

resource "stackit_authorization_project_role_assignment" "kms" {
  provider = stackit.iam

  resource_id = var.context.account
  role        = "kms.admin"
  subject     = stackit_service_account.kms.email
}

resource "stackit_postgresflex_instance" "this" {
  project_id = var.context.account
  name       = local.name
  version    = tostring(var.spec.major)

  # Three full mirrors, or a single instance: the name of the flavour says which.
  flavor_id = "${var.spec.size.flavor}${var.spec.high_availability ? "-replica" : ""}"
  storage   = { class = var.spec.size.storage_class, size = var.spec.size.storage_gib }

  # Transaction logs are kept as long as backups: any moment in between can be restored.
  backup_schedule = "0 2 * * *"
  retention_days  = max(32, var.spec.pitr_days)

  # The instance has a public address; this list is what closes it. An empty one would say nothing, so the network's own range is always there.
  network = { acl = distinct(concat([var.network.cidr], [for address in var.network.egress_addresses : "${address}/32"])) }

  encryption = {
    kek_keyring_id  = local.key[2]
    kek_key_id      = local.key[3]
    kek_key_version = "1"
    service_account = stackit_service_account.kms.email
  }

  depends_on = [stackit_authorization_project_role_assignment.kms]

  lifecycle {
    prevent_destroy = true
  }
}

# Databases need an owner who exists. Its password is made by the service, and the provider keeps it in the state.
resource "stackit_postgresflex_user" "owner" {
  project_id  = var.context.account
  instance_id = stackit_postgresflex_instance.this.instance_id
  username    = "owner"
  roles       = ["createdb", "login"]
}

resource "stackit_postgresflex_database" "this" {
  for_each = toset(var.spec.databases)

  project_id  = var.context.account
  instance_id = stackit_postgresflex_instance.this.instance_id
  name        = each.key
  owner       = stackit_postgresflex_user.owner.username

  lifecycle {
    prevent_destroy = true
  }
}
