mock_provider "aws" {
  override_during = plan

  mock_resource "aws_db_instance" {
    defaults = {
      arn         = "arn:aws:rds:eu-central-1:123456789012:db:control-plane-dev-db"
      address     = "control-plane-dev-db.c9akciq32rgx.eu-central-1.rds.amazonaws.com"
      resource_id = "db-ABCDEFGHIJKL01234MNOPQRSTU"
      master_user_secret = [{
        kms_key_id    = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9"
        secret_arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-4d8f1a2b-Xk3vQ9"
        secret_status = "active"
      }]
    }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/control-plane-dev-db-monitoring" }
  }

  mock_resource "aws_security_group" {
    defaults = { id = "sg-0a1b2c3d4e5f60718" }
  }
}

mock_provider "aws" {
  alias           = "replica"
  override_during = plan

  mock_resource "aws_db_instance_automated_backups_replication" {
    defaults = { id = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-l7xk2m4q6s8u0w2y4a6c8e0g2i4k6m8o0q2s4u6" }
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
  component = "db"
  tags      = { component = "db", data_class = "confidential" }
  network = {
    network_id         = "vpc-0a1b2c3d4e5f60718"
    cidr               = "10.20.0.0/16"
    zones              = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    public_subnet_ids  = ["subnet-0a0b2c3d4e5f60711", "subnet-0a0b2c3d4e5f60712", "subnet-0a0b2c3d4e5f60713"]
    private_subnet_ids = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712", "subnet-0a1b2c3d4e5f60713"]
    intra_subnet_ids   = ["subnet-0a2b2c3d4e5f60711", "subnet-0a2b2c3d4e5f60712", "subnet-0a2b2c3d4e5f60713"]
    private_cidrs      = ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]
    intra_cidrs        = ["10.20.128.0/22", "10.20.132.0/22", "10.20.136.0/22"]
    egress_addresses   = []
  }
  keys = {
    ids = {
      database = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1c8a4d7f6b2e4a3f90b1c2d3e4f5a6b7"
      logs     = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
      secrets  = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9"
    }
    replica_ids = {
      database = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1c8a4d7f6b2e4a3f90b1c2d3e4f5a6b7"
    }
  }
  spec = {
    major             = 16
    databases         = ["control_plane", "temporal"]
    size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
    high_availability = false
    pitr_days         = 3
    backup_copy       = false
    log_days          = 30
    parameters        = {}
  }
}

run "encrypts_data_insights_and_logs" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.keys.ids["database"]
    error_message = "Storage is encrypted with the database key."
  }

  assert {
    condition     = aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.performance_insights_kms_key_id == var.keys.ids["database"]
    error_message = "Performance Insights is encrypted with the database key."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.master_user_secret_kms_key_id == var.keys.ids["secrets"] && aws_db_instance.this.password == null
    error_message = "RDS keeps the password under the secrets key; none is passed."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_group.this)) == toset(aws_db_instance.this.enabled_cloudwatch_logs_exports) && alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.keys.ids["logs"] && group.retention_in_days == 30])
    error_message = "Every exported log has a group with key and retention."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this["postgresql"].name == "/aws/rds/instance/control-plane-dev-db/postgresql"
    error_message = "The group has the name that RDS writes to."
  }
}

run "is_reachable_from_private_subnets_only" {
  command = plan

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && toset(aws_db_subnet_group.this.subnet_ids) == toset(var.network.intra_subnet_ids)
    error_message = "The instance is private and in the intra subnets."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.this : rule.cidr_ipv4]) == toset(var.network.private_cidrs) && alltrue([for rule in aws_vpc_security_group_ingress_rule.this : rule.from_port == 5432 && rule.to_port == 5432 && rule.ip_protocol == "tcp"])
    error_message = "Only the private subnets reach the port of the database."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.this : rule.cidr_ipv4 != "0.0.0.0/0" && length(rule.description) > 0])
    error_message = "No rule is open, and each is described."
  }

  assert {
    condition     = aws_db_instance.this.iam_database_authentication_enabled && aws_db_instance.this.ca_cert_identifier == "rds-ca-rsa2048-g1"
    error_message = "IAM authentication is on and the certificate is of the current authority."
  }
}

run "requires_tls_and_logs_queries" {
  command = plan

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1" && one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.accepted_password_auth_method"]) == "scram"
    error_message = "Connections without TLS and password hashes older than SCRAM are refused."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "log_statement"]) == "ddl" && one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "log_parameter_max_length"]) == "0"
    error_message = "Schema changes are logged, bound values are not."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method if parameter.name == "shared_preload_libraries"]) == "pending-reboot" && one([for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method if parameter.name == "rds.force_ssl"]) == "immediate"
    error_message = "Static parameters wait for a restart."
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres16" && aws_db_instance.this.engine_version == "16" && aws_db_instance.this.auto_minor_version_upgrade && !aws_db_instance.this.allow_major_version_upgrade
    error_message = "Family and engine follow the major version; minors come by themselves, majors do not."
  }

  assert {
    condition     = aws_db_instance.this.engine_lifecycle_support == "open-source-rds-extended-support-disabled"
    error_message = "No version runs into paid support."
  }

  assert {
    condition     = aws_db_parameter_group.this.name_prefix == "control-plane-dev-db-pg16-"
    error_message = "A group can be replaced while the old one is in use."
  }

  assert {
    condition     = length([for parameter in aws_db_parameter_group.this.parameter : parameter if parameter.name == "max_connections"]) == 0
    error_message = "Without connections, RDS derives the limit from the memory."
  }
}

run "takes_parameters_and_connections" {
  command = plan

  variables {
    spec = {
      major             = 17
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 20 }
      high_availability = false
      pitr_days         = 3
      backup_copy       = false
      connections       = 250
      log_days          = 30
      parameters        = { log_statement = "mod", work_mem = "16384", "rds.logical_replication" = "1" }
    }
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : "${parameter.value} ${parameter.apply_method}" if parameter.name == "max_connections"]) == "250 pending-reboot"
    error_message = "connections sets max_connections."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "log_statement"]) == "mod"
    error_message = "The spec overrides a default."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method if parameter.name == "rds.logical_replication"]) == "pending-reboot" && one([for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method if parameter.name == "work_mem"]) == "immediate"
    error_message = "Parameters of the spec are applied the way their kind needs."
  }

  assert {
    condition     = aws_db_instance.this.max_allocated_storage == 0
    error_message = "Equal sizes switch growth off."
  }
}

run "development_is_disposable_but_backed_up" {
  command = plan

  assert {
    condition     = !aws_db_instance.this.deletion_protection && !aws_db_instance.this.multi_az && aws_db_instance.this.apply_immediately && aws_db_instance.this.delete_automated_backups
    error_message = "An unprotected environment can be removed."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 3 && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == "control-plane-dev-db-final" && aws_db_instance.this.copy_tags_to_snapshot
    error_message = "Backups and the final snapshot are always on."
  }

  assert {
    condition     = aws_db_instance.this.tags == tomap({ component = "db", data_class = "confidential", backup = "daily" }) && aws_security_group.this.tags["component"] == "db"
    error_message = "The instance is tagged for AWS Backup, everything for its owner."
  }

  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 0
    error_message = "No copy unless asked for."
  }

  assert {
    condition     = aws_db_instance.this.storage_type == "gp3" && aws_db_instance.this.allocated_storage == 20 && aws_db_instance.this.max_allocated_storage == 100 && aws_db_instance.this.monitoring_interval == 60
    error_message = "Size and monitoring are as asked."
  }
}

run "production_is_protected_and_copied" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.m7g.large", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = true
      log_days          = 365
      parameters        = {}
      boundary          = "arn:aws:iam::123456789012:policy/control-plane-prod-ci-boundary"
    }
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && aws_db_instance.this.multi_az && !aws_db_instance.this.apply_immediately && !aws_db_instance.this.delete_automated_backups
    error_message = "A protected instance has a standby, waits for its window and keeps its backups."
  }

  assert {
    condition     = aws_db_instance_automated_backups_replication.this[0].kms_key_id == var.keys.replica_ids["database"] && aws_db_instance_automated_backups_replication.this[0].retention_period == 35
    error_message = "The copy uses the key of its region and the same retention."
  }

  assert {
    condition     = output.exports.backup_ref == aws_db_instance_automated_backups_replication.this[0].id
    error_message = "The copy is what a restore starts from."
  }

  assert {
    condition     = aws_iam_role.monitoring.permissions_boundary == "arn:aws:iam::123456789012:policy/control-plane-prod-ci-boundary"
    error_message = "The role carries the boundary."
  }
}

run "grants_only_connecting_as_one_user" {
  command = plan

  assert {
    condition     = jsondecode(output.exports.grants["rw"]).Statement == [{ Sid = "ConnectReadWrite", Effect = "Allow", Action = ["rds-db:connect"], Resource = ["arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABCDEFGHIJKL01234MNOPQRSTU/db_rw"] }]
    error_message = "rw connects as the writing user of this instance, nothing else."
  }

  assert {
    condition     = jsondecode(output.exports.grants["read"]).Statement[0].Resource == ["arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABCDEFGHIJKL01234MNOPQRSTU/db_ro"]
    error_message = "read connects as the reading user."
  }

  assert {
    condition     = jsondecode(aws_iam_role.monitoring.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" }, ArnEquals = { "aws:SourceArn" = "arn:aws:rds:eu-central-1:123456789012:db:control-plane-dev-db" } }
    error_message = "RDS takes the monitoring role for this instance only."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["host", "port", "major", "databases", "tls", "admin_ref", "backup_ref", "grants"])
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition     = output.exports.tls == "verify-full" && output.exports.port == 5432 && output.exports.major == 16 && aws_db_instance.this.db_name == "control_plane"
    error_message = "Clients verify the certificate; the first database is made by RDS."
  }

  assert {
    condition     = output.exports.backup_ref == "arn:aws:rds:eu-central-1:123456789012:db:control-plane-dev-db" && startswith(output.exports.admin_ref, "arn:aws:secretsmanager:eu-central-1:")
    error_message = "Without a copy, a restore starts from the instance."
  }
}

run "refuses_an_unknown_major_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 13
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_no_database" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = []
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_database_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["a", "a"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_reserved_database_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["rdsadmin"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_database_name_with_a_hyphen" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control-plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_malformed_instance_class" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "m7g.large", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_storage_below_the_minimum" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 10, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_parts_of_a_gibibyte" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20.5, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_ceiling_too_close_to_the_size" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 100, max_storage_gib = 105 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_ceiling_in_parts_of_a_gibibyte" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 100, max_storage_gib = 200.5 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_backups_switched_off" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 0
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_too_few_connections" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      connections       = 5
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_parts_of_a_connection" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      connections       = 20.5
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_retention_that_cloudwatch_lacks" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 31
      parameters        = {}
    }
  }
}

run "refuses_plaintext_connections" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = { "rds.force_ssl" = "0" }
    }
  }
}

run "refuses_a_malformed_boundary" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
      boundary          = "boundary"
    }
  }
}

run "refuses_short_recovery_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
  }
}

run "refuses_a_copy_without_a_replica_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids = {
        database = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1c8a4d7f6b2e4a3f90b1c2d3e4f5a6b7"
        logs     = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
        secrets  = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9"
      }
      replica_ids = {}
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { instance_class = "db.t4g.medium", storage_gib = 20, max_storage_gib = 100 }
      high_availability = false
      pitr_days         = 7
      backup_copy       = true
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_missing_keys" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids         = { database = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1c8a4d7f6b2e4a3f90b1c2d3e4f5a6b7", secrets = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9" }
      replica_ids = {}
    }
  }
}

run "refuses_a_network_that_cannot_hold_it" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "vpc-0a1b2c3d4e5f60718"
      cidr               = "10.20.0.0/16"
      zones              = ["eu-central-1a"]
      public_subnet_ids  = []
      private_subnet_ids = []
      intra_subnet_ids   = ["subnet-0a2b2c3d4e5f60711"]
      private_cidrs      = []
      intra_cidrs        = []
      egress_addresses   = []
    }
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
