# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_rdb_instance" {
    defaults = { id = "fr-par/8b9c0d1e-0000-4000-8000-000000000001", private_network = { ip = "10.20.0.10", port = 5432 } }
  }

  mock_resource "scaleway_secret" {
    defaults = { id = "fr-par/4d5e6f70-0000-4000-8000-000000000011" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "db"
  tags      = { component = "db", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  network = {
    network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
    cidr               = "10.20.0.0/16"
    zones              = ["fr-par-1", "fr-par-2", "fr-par-3"]
    public_subnet_ids  = []
    private_subnet_ids = ["fr-par/2b3c4d5e-0000-4000-8000-000000000002"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.20.0.0/20"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10", "192.0.2.11"]
  }
  spec = {
    major             = 16
    databases         = ["app", "temporal"]
    size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
    high_availability = true
    pitr_days         = 14
    backup_copy       = false
    log_days          = 30
    parameters        = {}
  }
}

run "makes_a_private_database" {
  command = plan

  assert {
    condition     = one(scaleway_rdb_instance.this.private_network).pn_id == "fr-par/2b3c4d5e-0000-4000-8000-000000000002" && one(scaleway_rdb_instance.this.private_network).enable_ipam && length(scaleway_rdb_instance.this.load_balancer) == 0
    error_message = "The database is on the private network and has no public address."
  }

  assert {
    condition     = scaleway_rdb_instance.this.engine == "PostgreSQL-16" && scaleway_rdb_instance.this.node_type == "DB-POP2-4C-16G" && scaleway_rdb_instance.this.volume_size_in_gb == 100 && scaleway_rdb_instance.this.volume_type == "sbs_5k" && scaleway_rdb_instance.this.is_ha_cluster
    error_message = "Version, size and standby are those asked for."
  }

  assert {
    condition     = scaleway_rdb_instance.this.encryption_at_rest
    error_message = "Data is encrypted at rest."
  }

  assert {
    condition     = scaleway_rdb_instance.this.name == "control-plane-dev-db" && scaleway_rdb_instance.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && scaleway_rdb_instance.this.region == "fr-par" && scaleway_rdb_instance.this.tags == tolist(["component=db", "cost_centre=4711", "data_class=confidential", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"])
    error_message = "The database is in the project and the region, and carries the tags."
  }
}

run "knows_no_password" {
  command = plan

  assert {
    condition     = scaleway_rdb_instance.this.password == null && scaleway_rdb_instance.this.password_wo_version == null
    error_message = "No password is in the state."
  }

  assert {
    condition     = "${scaleway_secret.admin.path}/${scaleway_secret.admin.name}" == "/control-plane/dev/db/admin" && scaleway_secret.admin.type == "database_credentials" && !scaleway_secret.admin.protected
    error_message = "There is a place for the administrator's secret, and nothing in it."
  }
}

run "is_backed_up" {
  command = plan

  assert {
    condition     = !scaleway_rdb_instance.this.disable_backup && scaleway_rdb_instance.this.backup_schedule_frequency == 24 && scaleway_rdb_instance.this.backup_schedule_retention == 14 && scaleway_rdb_instance.this.backup_same_region
    error_message = "A backup is taken every day, kept as long as asked for, and stays in the region."
  }

  assert {
    condition     = one(scaleway_rdb_instance.this.logs_policy).max_age_retention == 30
    error_message = "Logs are kept as long as asked for."
  }
}

run "copies_backups_when_asked" {
  command = plan

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = true
      log_days          = 30
      parameters        = {}
    }
  }

  assert {
    condition     = !scaleway_rdb_instance.this.backup_same_region
    error_message = "Backups are stored in another region."
  }
}

run "lets_only_the_private_network_in" {
  command = plan

  assert {
    condition     = [for rule in scaleway_rdb_acl.this.acl_rules : rule.ip] == ["10.20.0.0/20"] && scaleway_rdb_acl.this.instance_id == "fr-par/8b9c0d1e-0000-4000-8000-000000000001"
    error_message = "The list is not open to everybody."
  }
}

run "makes_databases" {
  command = plan

  assert {
    condition     = toset(keys(scaleway_rdb_database.this)) == toset(["app", "temporal"]) && alltrue([for name, database in scaleway_rdb_database.this : database.name == name])
    error_message = "There is a database for each name."
  }
}

run "sets_parameters" {
  command = plan

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = { work_mem = "8" }
      connections       = 200
    }
  }

  assert {
    condition     = scaleway_rdb_instance.this.settings == tomap({ max_connections = "200", work_mem = "8" })
    error_message = "Parameters and connections are those asked for."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { host = "10.20.0.10", port = 5432, major = 16, databases = tolist(["app", "temporal"]), tls = "verify-ca", admin_ref = "fr-par/4d5e6f70-0000-4000-8000-000000000011", backup_ref = "fr-par/8b9c0d1e-0000-4000-8000-000000000001", grants = {} }
    error_message = "The exports have exactly the fields of the contract, and no password."
  }
}

run "refuses_a_version_that_is_not_offered" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 18
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
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
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
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
      databases         = ["app", "app"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_the_database_of_the_service" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["rdb"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_data_on_the_node" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-DEV-S", storage_gib = 20 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_volume_between_steps" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 101 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_no_backups" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 0
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_few_backups_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 3
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_few_connections" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = {}
      connections       = 5
    }
  }
}

run "refuses_connections_as_a_parameter" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 30
      parameters        = { max_connections = "500" }
    }
  }
}

run "refuses_part_of_a_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { node_type = "DB-POP2-4C-16G", storage_gib = 100 }
      high_availability = true
      pitr_days         = 14
      backup_copy       = false
      log_days          = 1.5
      parameters        = {}
    }
  }
}

run "refuses_a_network_without_a_private_one" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
      cidr               = "10.20.0.0/16"
      zones              = ["fr-par-1", "fr-par-2", "fr-par-3"]
      public_subnet_ids  = []
      private_subnet_ids = []
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/20"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10", "192.0.2.11"]
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
      account        = "123456789012"
      region         = "us-east-1"
      replica_region = "us-east-1"
      protected      = false
    }
  }
}

run "refuses_a_copy_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "fr-par"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "No_Name"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "db", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
