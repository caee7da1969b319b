mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_observability_instance" {
    defaults = {
      metrics_push_url     = "https://metrics.example.org/receive"
      otlp_http_logs_url   = "https://logs.example.org/v1/logs"
      otlp_http_traces_url = "https://traces.example.org/v1/traces"
    }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
    region         = "eu01"
    replica_region = null
    protected      = false
  }
  component = "telemetry"
  tags      = { component = "telemetry", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec      = { log_days = 365 }
  network = {
    network_id         = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"
    cidr               = "10.20.0.0/16"
    zones              = ["eu01-1", "eu01-2", "eu01-3"]
    public_subnet_ids  = []
    private_subnet_ids = ["6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.20.0.0/16"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10"]
  }
}

run "keeps_logs_as_long_as_asked" {
  command = plan

  assert {
    condition     = stackit_observability_instance.this.logs_retention_days == 365 && stackit_observability_instance.this.traces_retention_days == 30 && stackit_observability_instance.this.metrics_retention_days == 90
    error_message = "Logs are kept for as long as asked, traces for a month, metrics for a quarter."
  }
}

run "traces_do_not_outlive_logs" {
  command = plan

  variables {
    spec = { log_days = 7 }
  }

  assert {
    condition     = stackit_observability_instance.this.logs_retention_days == 7 && stackit_observability_instance.this.traces_retention_days == 7
    error_message = "Traces go with the logs."
  }
}

run "closes_the_instance" {
  command = plan

  assert {
    condition     = stackit_observability_instance.this.acl == toset(["10.20.0.0/16", "192.0.2.10/32"])
    error_message = "The network's own addresses reach the instance, and no others."
  }

  assert {
    condition     = !stackit_observability_instance.this.grafana_admin_enabled
    error_message = "No administrator has a password."
  }
}

run "development_is_small" {
  command = plan

  assert {
    condition     = stackit_observability_instance.this.plan_name == "Observability-Starter-EU01" && stackit_observability_instance.this.name == "control-plane-dev-telemetry"
    error_message = "Development has the small plan of its region."
  }
}

run "production_is_larger" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = true
    }
  }

  assert {
    condition     = stackit_observability_instance.this.plan_name == "Observability-Medium-EU01"
    error_message = "Production has the larger plan."
  }
}

run "hands_on_where_to_write" {
  command = plan

  assert {
    condition     = output.exports.metrics_endpoint == "https://metrics.example.org/receive" && output.exports.logs_endpoint == "https://logs.example.org/v1/logs" && output.exports.traces_endpoint == "https://traces.example.org/v1/traces" && output.exports.logs_group == null && length(output.exports.grants) == 0
    error_message = "Writers find all three."
  }
}

run "refuses_no_retention" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { log_days = 0 }
  }
}

run "refuses_half_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { log_days = 1.5 }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "Control-Plane-dev-"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_account_that_is_no_project" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_region_of_another_provider" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu-central-1"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_replica_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = "eu01"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "fifteen-letters"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
