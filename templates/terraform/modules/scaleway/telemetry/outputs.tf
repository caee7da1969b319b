output "exports" {
  description = "Where metrics, logs and traces are written to. Who writes needs a token of Cockpit, which IAM does not give, so there is nothing to grant."
  value = {
    metrics_endpoint = scaleway_cockpit_source.this["metrics"].push_url
    logs_endpoint    = scaleway_cockpit_source.this["logs"].push_url
    logs_group       = null
    traces_endpoint  = scaleway_cockpit_source.this["traces"].push_url
    grants           = {}
  }
}
