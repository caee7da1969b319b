mock_provider "scaleway" {
  override_during = plan

  override_resource {
    target = scaleway_cockpit_source.this["metrics"]
    values = { push_url = "https://metrics.example.org/push" }
  }

  override_resource {
    target = scaleway_cockpit_source.this["logs"]
    values = { push_url = "https://logs.example.org/push" }
  }

  override_resource {
    target = scaleway_cockpit_source.this["traces"]
    values = { push_url = "https://traces.example.org/push" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "telemetry"
  tags      = { component = "telemetry", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec      = { log_days = 30 }
}

run "makes_a_source_of_each_kind" {
  command = plan

  assert {
    condition     = { for kind, source in scaleway_cockpit_source.this : source.type => source.name } == { logs = "control-plane-dev-telemetry-logs", metrics = "control-plane-dev-telemetry-metrics", traces = "control-plane-dev-telemetry-traces" }
    error_message = "There is a source for metrics, logs and traces."
  }

  assert {
    condition     = alltrue([for source in scaleway_cockpit_source.this : source.region == "fr-par" && source.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && source.retention_days == 30])
    error_message = "Sources are in the project and the region, and keep what they get as long as asked for."
  }
}

run "says_what_is_not_kept" {
  command         = plan
  expect_failures = [check.retention]

  variables {
    spec = { log_days = 365 }
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { metrics_endpoint = "https://metrics.example.org/push", logs_endpoint = "https://logs.example.org/push", logs_group = null, traces_endpoint = "https://traces.example.org/push", grants = {} }
    error_message = "The exports have exactly the fields of the contract, and no token."
  }
}

run "keeps_what_can_be_kept" {
  command         = plan
  expect_failures = [check.retention]

  variables {
    spec = { log_days = 90 }
  }

  assert {
    condition     = { for kind, source in scaleway_cockpit_source.this : kind => source.retention_days } == { logs = 31, metrics = 90, traces = 31 }
    error_message = "Metrics are kept as long as asked for; logs and traces as long as Cockpit does."
  }
}

run "refuses_to_keep_nothing" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { log_days = 0 }
  }
}

run "refuses_more_than_a_year" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { log_days = 400 }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
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
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
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
    tags = { component = "telemetry", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
