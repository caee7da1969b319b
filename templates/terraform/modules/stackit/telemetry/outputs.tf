output "exports" {
  description = "Where metrics (remote write), logs and traces (OTLP over HTTP) are written to. There are no policies to hand out: a writer has a user and a password of its own."
  value = {
    metrics_endpoint = stackit_observability_instance.this.metrics_push_url
    logs_endpoint    = stackit_observability_instance.this.otlp_http_logs_url
    logs_group       = null
    traces_endpoint  = stackit_observability_instance.this.otlp_http_traces_url
    grants           = {}
  }
}
