# Scaleway knows one scope for a budget: the organisation. The account's is set up; a budget of a stack in an environment
# would alert on everybody's costs, so it is not.

locals {
  budget = { for name, budget in var.spec.budgets : name => budget if name == "account" }
  alerts = merge([for budget in local.budget : { for share in budget.alert_at : tostring(share) => share }]...)
}

resource "scaleway_billing_budget" "this" {
  for_each = local.budget

  # In cents.
  consumption_limit = each.value.amount * 100
  enabled           = true
}

resource "scaleway_billing_budget_alert" "this" {
  for_each = local.alerts

  budget_id = scaleway_billing_budget.this["account"].id
  threshold = each.value
}

resource "scaleway_billing_budget_alert_notification" "this" {
  for_each = local.alerts

  budget_alert_id = scaleway_billing_budget_alert.this[each.key].id
  email_addresses = var.spec.alert_emails
}

# Said when planning, because nobody would miss an alert that never comes.
check "budgets" {
  assert {
    condition     = length(local.budget) == length(var.spec.budgets)
    error_message = "Scaleway has budgets of the organisation only: those of ${join(", ", setsubtract(keys(var.spec.budgets), keys(local.budget)))} are not set up."
  }
}
