# Service accounts without keys: they are entered with tokens of the forge alone. No key and no token is made here, so none is
# in the state.

locals {
  # The environment that this module belongs to makes the accounts of CI and grants them their roles. The others make accounts
  # too, in `cluster`, `postgres` and `secrets`, and grant roles in the last two: whether `editor` may, see the README.
  own = var.context.name

  accounts = merge([
    for name, environment in var.spec.environments : {
      "${name}-plan"  = { environment = name, kind = "plan", role = "reader", subjects = environment.plan_subjects }
      "${name}-apply" = { environment = name, kind = "apply", role = name == local.own ? "owner" : "editor", subjects = environment.apply_subjects }
    }
  ]...)

  # A name has 20 characters at most; a longer one is cut, and four characters say what was cut.
  names = {
    for key, account in local.accounts : key => length(key) <= 20 ? key : join("-", [
      trimsuffix(substr(account.environment, 0, 9), "-"), substr(sha256(account.environment), 0, 4), account.kind,
    ])
  }

  # An assertion compares with one value, so every subject has a trust of its own.
  trusts = merge([
    for key, account in local.accounts : { for subject in account.subjects : "${key} ${subject}" => { account = key, subject = subject } }
  ]...)
}

resource "stackit_service_account" "this" {
  for_each = local.accounts

  project_id = var.context.account
  name       = local.names[each.key]

  lifecycle {
    precondition {
      condition     = length(distinct(values(local.names))) == length(local.names)
      error_message = "Two environments have names that are the same once they are cut: rename one."
    }
  }
}

resource "stackit_authorization_project_role_assignment" "this" {
  for_each = local.accounts
  provider = stackit.iam

  resource_id = var.context.account
  role        = each.value.role
  subject     = stackit_service_account.this[each.key].email
}

# Exact values only: `sub` says who, the numeric ids say that nobody took over the name.
resource "stackit_service_account_federated_identity_provider" "this" {
  for_each = local.trusts

  project_id            = var.context.account
  service_account_email = stackit_service_account.this[each.value.account].email
  name                  = "ci-${substr(sha256(each.value.subject), 0, 8)}"
  issuer                = var.spec.issuer
  assertions = [
    { item = "aud", operator = "equals", value = var.spec.audience },
    { item = "sub", operator = "equals", value = each.value.subject },
    { item = "repository_id", operator = "equals", value = var.spec.repository_id },
    { item = "repository_owner_id", operator = "equals", value = var.spec.repository_owner_id },
  ]
}
