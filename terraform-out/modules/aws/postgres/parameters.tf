# The module's parameters, then those of the spec, which may change any of them but the fixed ones.

locals {
  # Not open to the spec: TLS for everyone and no password hash weaker than SCRAM.
  fixed_parameters = {
    "password_encryption"               = "scram-sha-256"
    "rds.accepted_password_auth_method" = "scram"
    "rds.force_ssl"                     = "1"
  }

  default_parameters = {
    "log_autovacuum_min_duration" = "10000"
    "log_connections"             = "1"
    "log_disconnections"          = "1"
    "log_lock_waits"              = "1"
    "log_min_duration_statement"  = "1000"
    # Bound values are customer data: they stay out of the logs.
    "log_parameter_max_length" = "0"
    # Statements that change the schema; "all" would log every query's literals.
    "log_statement"  = "ddl"
    "log_temp_files" = "10240"
    # Extensions that a migration may create; loading them needs a restart, so it is done from the start.
    "shared_preload_libraries" = "pg_stat_statements,pgaudit"
    # A forgotten transaction holds locks and stops vacuum: ten minutes are enough.
    "idle_in_transaction_session_timeout" = "600000"
  }

  connection_parameters = var.spec.connections == null ? {} : { max_connections = tostring(var.spec.connections) }

  parameters = merge(local.default_parameters, var.spec.parameters, local.connection_parameters, local.fixed_parameters)

  # Settings that a running server takes. All others wait for a restart, which RDS accepts for any.
  immediate = [
    for name in keys(local.parameters) : name
    if startswith(name, "log_") || contains([
      "idle_in_transaction_session_timeout",
      "lock_timeout",
      "maintenance_work_mem",
      "password_encryption",
      "random_page_cost",
      "rds.accepted_password_auth_method",
      "rds.force_ssl",
      "statement_timeout",
      "work_mem",
    ], name)
  ]
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.identifier}-pg${var.spec.major}-"
  description = "${local.identifier}: PostgreSQL ${var.spec.major} with TLS, SCRAM and query logs"
  family      = "postgres${var.spec.major}"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = contains(local.immediate, parameter.key) ? "immediate" : "pending-reboot"
    }
  }

  tags = var.tags

  # A new group has to exist before the old one can go, so each has a name of its own.
  lifecycle {
    create_before_destroy = true
  }
}
