mock_provider "aws" {
  override_during = plan

  mock_resource "aws_prometheus_workspace" {
    defaults = { arn = "arn:aws:aps:eu-central-1:123456789012:workspace/ws-1", prometheus_endpoint = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
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
  spec      = { log_days = 30 }
  keys = {
    ids = {
      cluster  = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111"
      logs     = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-4222-8222-222222222222"
      registry = "arn:aws:kms:eu-central-1:123456789012:key/33333333-3333-4333-8333-333333333333"
    }
    replica_ids = {}
  }

}

run "takes_signals_under_the_key" {
  command = plan

  assert {
    condition     = aws_prometheus_workspace.this.kms_key_arn == var.keys.ids["logs"] && aws_cloudwatch_log_group.logs.kms_key_id == var.keys.ids["logs"]
    error_message = "Signals are encrypted under the stack's key."
  }

  assert {
    condition     = aws_cloudwatch_log_group.logs.retention_in_days == 30
    error_message = "Logs are kept as long as asked."
  }

  assert {
    condition     = output.exports.metrics_endpoint == "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write"
    error_message = "Metrics are written here."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(output.exports.grants.write).Statement : startswith(statement.Sid, "Write")])
    error_message = "The grant writes and does nothing else."
  }
}

run "refuses_odd_retention" {
  command = plan

  variables {
    spec = { log_days = 31 }
  }

  expect_failures = [var.spec]
}
