output "exports" {
  description = "Where metrics, logs and traces are written to, and the policy that lets a workload do so."
  value = {
    metrics_endpoint = "${aws_prometheus_workspace.this.prometheus_endpoint}api/v1/remote_write"
    logs_endpoint    = null
    logs_group       = aws_cloudwatch_log_group.logs.name
    traces_endpoint  = "https://xray.${var.context.region}.amazonaws.com"
    grants           = { write = local.write }
  }
}
