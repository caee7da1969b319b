# An identity for each workload, entered with the short-lived token that the service puts into its pods, and by nobody else.
locals {
  accounts = {
    for name in keys(var.spec.workloads) : name => join("-", ["pod", trimsuffix(substr(name, 0, 11), "-"), substr(sha256("${local.name}/${name}"), 0, 4)])
  }
}

resource "stackit_service_account" "workload" {
  for_each = var.spec.workloads

  project_id = var.context.account
  name       = local.accounts[each.key]

  lifecycle {
    precondition {
      condition     = length(distinct(values(local.accounts))) == length(local.accounts)
      error_message = "Two workloads have names that are the same once they are cut: rename one."
    }
  }
}

resource "stackit_service_account_federated_identity_provider" "workload" {
  for_each = var.spec.workloads

  project_id            = var.context.account
  service_account_email = stackit_service_account.workload[each.key].email
  name                  = "ske-${local.name}"
  issuer                = stackit_ske_cluster.this.service_account_issuer
  assertions = [
    { item = "aud", operator = "equals", value = "sts.accounts.stackit.cloud" },
    { item = "sub", operator = "equals", value = "system:serviceaccount:${each.value.namespace}:${each.value.service_account}" },
  ]
}
