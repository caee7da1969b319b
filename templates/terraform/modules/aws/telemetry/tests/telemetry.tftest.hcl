mock_provider "aws" {
  override_during = plan

  mock_resource "aws_prometheus_workspace" {
    defaults = { arn = "arn:aws:aps:eu-central-1:123456789012:workspace/ws-1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1", prometheus_endpoint = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1/" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vendedlogs/prometheus/control-plane-dev-telemetry" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "telemetry"
  tags      = { component = "telemetry", data_class = "internal" }
  keys = {
    ids = {
      logs = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
    }
    replica_ids = {}
  }
  spec = { log_days = 30 }
}

run "encrypts_metrics_and_logs" {
  command = plan

  assert {
    condition     = aws_prometheus_workspace.this.kms_key_arn == var.keys.ids["logs"]
    error_message = "Metrics are encrypted with the logs key."
  }

  assert {
    condition     = alltrue([for group in [aws_cloudwatch_log_group.logs, aws_cloudwatch_log_group.prometheus] : group.kms_key_id == var.keys.ids["logs"] && group.retention_in_days == 30])
    error_message = "Log groups are encrypted with the logs key and keep what the spec says."
  }

  assert {
    condition     = startswith(aws_cloudwatch_log_group.prometheus.name, "/aws/vendedlogs/prometheus/") && aws_prometheus_workspace.this.logging_configuration[0].log_group_arn == "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vendedlogs/prometheus/control-plane-dev-telemetry:*"
    error_message = "The workspace logs, to a group under the name that the service may write to."
  }

  assert {
    condition     = alltrue([for tags in concat([aws_prometheus_workspace.this.tags], [for group in [aws_cloudwatch_log_group.logs, aws_cloudwatch_log_group.prometheus] : group.tags]) : tags["component"] == "telemetry" && tags["data_class"] == "internal"])
    error_message = "Everything carries the tags."
  }
}

run "names_are_those_of_the_component" {
  command = plan

  variables {
    component = "signals"
  }

  assert {
    condition     = aws_prometheus_workspace.this.alias == "control-plane-dev-signals" && aws_prometheus_workspace.this.tags["Name"] == "control-plane-dev-signals" && aws_cloudwatch_log_group.prometheus.name == "/aws/vendedlogs/prometheus/control-plane-dev-signals" && aws_cloudwatch_log_group.logs.name == "/gen/control-plane-dev/signals"
    error_message = "Two components in one environment do not collide."
  }
}

run "hands_out_writing_and_no_reading" {
  command = plan

  assert {
    condition     = keys(output.exports.grants) == ["write"]
    error_message = "There is one grant."
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.exports.grants["write"]).Statement : statement.Action])) == toset(["aps:RemoteWrite", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", "xray:PutSpans", "xray:PutTelemetryRecords", "xray:PutTraceSegments"])
    error_message = "The grant writes metrics, logs and traces and reads none."
  }

  assert {
    condition     = one([for statement in jsondecode(output.exports.grants["write"]).Statement : statement.Resource if statement.Sid == "WriteMetrics"]) == "arn:aws:aps:eu-central-1:123456789012:workspace/ws-1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1"
    error_message = "Metrics go to this workspace only."
  }

  assert {
    condition     = alltrue([for resource in one([for statement in jsondecode(output.exports.grants["write"]).Statement : statement.Resource if statement.Sid == "WriteLogs"]) : startswith(resource, "arn:aws:logs:eu-central-1:123456789012:log-group:${output.exports.logs_group}")])
    error_message = "Logs go to this group only."
  }

  assert {
    condition     = [for statement in jsondecode(output.exports.grants["write"]).Statement : statement.Sid if contains(flatten([statement.Resource]), "*")] == ["WriteTraces"]
    error_message = "Only traces have no resource."
  }
}

run "exports_where_to_send" {
  command = plan

  assert {
    condition     = output.exports.metrics_endpoint == "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1/api/v1/remote_write"
    error_message = "Metrics go to the remote-write path of the workspace."
  }

  assert {
    condition     = output.exports.traces_endpoint == "https://xray.eu-central-1.amazonaws.com"
    error_message = "Traces go to the region of the stack; the exporter adds the path."
  }

  assert {
    condition     = output.exports.logs_group == aws_cloudwatch_log_group.logs.name && toset(keys(output.exports)) == toset(["grants", "logs_endpoint", "logs_group", "metrics_endpoint", "traces_endpoint"])
    error_message = "Exports are the fields of the contract."
  }
}

run "refuses_a_retention_that_cloudwatch_lacks" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { log_days = 31 }
  }
}

run "refuses_a_missing_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = {}, replica_ids = {} }
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
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "component-too-long"
  }
}

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "telemetry" }
  }
}
