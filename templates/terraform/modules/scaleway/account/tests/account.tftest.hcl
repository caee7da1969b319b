mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_billing_budget" {
    defaults = { id = "7a8b9c0d-0000-4000-8000-000000000001" }
  }

  mock_resource "scaleway_billing_budget_alert" {
    defaults = { id = "7a8b9c0d-0000-4000-8000-000000000002" }
  }
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "account"
  tags      = { component = "account", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  spec = {
    alert_emails = ["platform-costs@example.org"]
    budgets      = { account = { amount = 7000.5, currency = "EUR", alert_at = [50, 80, 100] } }
    trail        = { retain_days = 365, lock = true }
  }
}

run "sets_the_budget_of_the_organisation" {
  command = plan

  assert {
    condition     = keys(scaleway_billing_budget.this) == ["account"] && scaleway_billing_budget.this["account"].consumption_limit == 700050 && scaleway_billing_budget.this["account"].enabled
    error_message = "The budget is in cents, and watched."
  }

  assert {
    condition     = toset([for alert in scaleway_billing_budget_alert.this : alert.threshold]) == toset([50, 80, 100]) && alltrue([for alert in scaleway_billing_budget_alert.this : alert.budget_id == "7a8b9c0d-0000-4000-8000-000000000001"])
    error_message = "There is an alert at each share."
  }

  assert {
    condition     = length(scaleway_billing_budget_alert_notification.this) == 3 && alltrue([for notification in scaleway_billing_budget_alert_notification.this : notification.email_addresses == toset(["platform-costs@example.org"]) && notification.budget_alert_id == "7a8b9c0d-0000-4000-8000-000000000002"])
    error_message = "Every alert is sent to everybody who asked for it."
  }
}

run "sets_none_where_none_is_asked" {
  command = plan

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = {}
      trail        = { retain_days = 365, lock = true }
    }
  }

  assert {
    condition     = length(scaleway_billing_budget.this) == 0 && length(scaleway_billing_budget_alert.this) == 0 && length(scaleway_billing_budget_alert_notification.this) == 0
    error_message = "Without a budget nothing alerts."
  }
}

run "warns_of_budgets_that_scaleway_does_not_have" {
  command         = plan
  expect_failures = [check.budgets]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets = {
        account           = { amount = 7000, currency = "EUR", alert_at = [80] }
        control-plane-dev = { amount = 400, currency = "EUR", alert_at = [80], stack = "control-plane", environment = "dev" }
      }
      trail = { retain_days = 365, lock = true }
    }
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { trail_bucket = null, trail_arn = null, key_id = null }
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "refuses_nobody_to_tell" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = []
      budgets      = { account = { amount = 100, currency = "EUR", alert_at = [80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_a_malformed_address" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform"]
      budgets      = { account = { amount = 100, currency = "EUR", alert_at = [80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_an_empty_budget" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 0, currency = "EUR", alert_at = [80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_part_of_a_cent" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 0.001, currency = "EUR", alert_at = [80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_a_budget_without_alerts" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 100, currency = "EUR", alert_at = [] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_an_alert_above_the_budget" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 100, currency = "EUR", alert_at = [120] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_an_alert_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 100, currency = "EUR", alert_at = [80, 80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_another_currency" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      alert_emails = ["platform-costs@example.org"]
      budgets      = { account = { amount = 100, currency = "USD", alert_at = [80] } }
      trail        = { retain_days = 365, lock = true }
    }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "foundation"
      environment    = "dev"
      tier           = "test"
      name           = "foundation-dev"
      account        = "123456789012"
      region         = "us-east-1"
      replica_region = "us-east-1"
      protected      = false
    }
  }
}

run "refuses_a_copy_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "foundation"
      environment    = "dev"
      tier           = "development"
      name           = "foundation-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "fr-par"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "No_Name"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "account", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  }
}
