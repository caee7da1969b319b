# Where metrics, logs and traces are written to. Tokens that write are issued outside: one made here would lie in the state.

locals {
  # The most that Cockpit keeps of each.
  most = { metrics = 365, logs = 31, traces = 31 }
}

resource "scaleway_cockpit_source" "this" {
  for_each = local.most

  # Sources take no tags.
  name           = "${var.context.name}-${var.component}-${each.key}"
  type           = each.key
  retention_days = min(var.spec.log_days, each.value)
  project_id     = var.context.account
  region         = var.context.region
}

# Said when planning: what is shortened here is missed a month later.
check "retention" {
  assert {
    condition     = var.spec.log_days <= local.most.logs
    error_message = "Cockpit keeps logs and traces for ${local.most.logs} days, not ${var.spec.log_days}: export what has to be kept longer."
  }
}
