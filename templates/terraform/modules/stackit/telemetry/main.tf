locals {
  # Plans that take metrics, logs and traces alike; those named Monitoring keep no logs.
  plan = "Observability-${var.context.tier == "development" ? "Starter" : "Medium"}-${upper(var.context.region)}"
}

resource "stackit_observability_instance" "this" {
  project_id = var.context.account
  name       = "${var.context.name}-${var.component}"
  plan_name  = local.plan

  # The service has public addresses; this list is what closes them. An empty one would say nothing, so the network's own range is always there.
  acl = distinct(concat([var.network.cidr], [for address in var.network.egress_addresses : "${address}/32"]))

  logs_retention_days                    = var.spec.log_days
  traces_retention_days                  = min(30, var.spec.log_days)
  metrics_retention_days                 = 90
  metrics_retention_days_5m_downsampling = 90
  metrics_retention_days_1h_downsampling = 90

  # People log in as themselves. An administrator would come with a password, and the password with the state.
  grafana_admin_enabled = false
}
