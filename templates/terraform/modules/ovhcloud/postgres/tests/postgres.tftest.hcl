# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "ovh" {
  override_during = plan

  mock_resource "ovh_cloud_project_database" {
    defaults = {
      id        = "8c1d4f7a-2b3e-4a59-9d60-5e7f8a1b2c3d"
      endpoints = [{ component = "postgresql", domain = "postgresql-1a2b3c4d-o0123456.database.cloud.ovh.net", path = "", port = 20184, scheme = "postgres", ssl = true, ssl_mode = "require", uri = "postgres://" }]
    }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "0123456789abcdef0123456789abcdef"
    region         = "gra"
    replica_region = "rbx"
    protected      = false
  }
  component = "db"
  tags      = { component = "db", cost_centre = "4711", data_class = "restricted", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  network = {
    network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
    cidr               = "10.10.0.0/16"
    zones              = ["GRA11"]
    public_subnet_ids  = []
    private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.10.0.0/17"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10"]
  }
  spec = {
    major             = 16
    databases         = ["control_plane"]
    size              = { flavor = "db1-4", flavor_3az = "b3-8" }
    high_availability = false
    pitr_days         = 2
    backup_copy       = false
    log_days          = 30
    parameters        = {}
  }
}

run "private_and_small" {
  command = plan

  assert {
    condition     = ovh_cloud_project_database.this.plan == "essential" && length(ovh_cloud_project_database.this.nodes) == 1 && ovh_cloud_project_database.this.flavor == "db1-4" && ovh_cloud_project_database.this.version == "16" && ovh_cloud_project_database.this.engine == "postgresql"
    error_message = "Development has one node of the smallest plan."
  }

  assert {
    condition     = alltrue([for node in ovh_cloud_project_database.this.nodes : node.region == "GRA" && node.network_id == "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10" && node.subnet_id == "b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"])
    error_message = "Every node is on the private network."
  }

  assert {
    condition     = toset([for allowed in ovh_cloud_project_database.this.ip_restrictions : allowed.ip]) == toset(["10.10.0.0/17"])
    error_message = "Only the private range is admitted."
  }

  assert {
    condition     = join(",", ovh_cloud_project_database.this.backup_regions) == "GRA" && ovh_cloud_project_database.this.deletion_protection == false
    error_message = "Backups stay in the region; development may be taken down."
  }

  assert {
    condition     = keys(ovh_cloud_project_database_database.this) == ["control_plane"] && ovh_cloud_project_database_database.this["control_plane"].cluster_id == "8c1d4f7a-2b3e-4a59-9d60-5e7f8a1b2c3d"
    error_message = "The databases are made."
  }
}

run "says_how_to_reach_it" {
  command = plan

  assert {
    condition     = output.exports.host == "postgresql-1a2b3c4d-o0123456.database.cloud.ovh.net" && output.exports.port == 20184 && output.exports.tls == "require"
    error_message = "Host and port are those of PostgreSQL, over TLS."
  }

  assert {
    condition     = endswith(output.exports.admin_ref, "/8c1d4f7a-2b3e-4a59-9d60-5e7f8a1b2c3d/user/avnadmin") && length(output.exports.grants) == 0
    error_message = "The reference names the user whose password is reset; nobody gets a policy."
  }
}

run "seven_days_need_the_business_plan" {
  command = plan

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 7
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }

  assert {
    condition     = ovh_cloud_project_database.this.plan == "business" && length(ovh_cloud_project_database.this.nodes) == 2
    error_message = "The plan keeps backups for as long as is asked."
  }
}

run "a_standby_needs_the_business_plan" {
  command = plan

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = true
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }

  assert {
    condition     = ovh_cloud_project_database.this.plan == "business" && length(ovh_cloud_project_database.this.nodes) == 2
    error_message = "A standby is a second node."
  }
}

run "protected_and_copied" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "sbg"
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-15", flavor_3az = "b3-16", storage_gib = 200, max_storage_gib = 400 }
      high_availability = true
      pitr_days         = 30
      backup_copy       = true
      log_days          = 30
      parameters        = { "pg.log_min_duration_statement" = "500" }
    }
  }

  assert {
    condition     = ovh_cloud_project_database.this.plan == "enterprise" && length(ovh_cloud_project_database.this.nodes) == 3
    error_message = "30 days are the largest plan."
  }

  assert {
    condition     = ovh_cloud_project_database.this.deletion_protection && join(",", ovh_cloud_project_database.this.backup_regions) == "GRA,SBG"
    error_message = "It cannot be deleted, and backups go to both regions."
  }

  assert {
    condition     = ovh_cloud_project_database.this.disk_size == 200 && ovh_cloud_project_database.this.advanced_configuration == tomap({ "pg.log_min_duration_statement" = "500" })
    error_message = "Storage and parameters are passed on."
  }
}

run "paris_has_other_plans" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "eu-west-par"
      replica_region = "rbx"
      protected      = false
    }
  }

  assert {
    condition     = ovh_cloud_project_database.this.plan == "production" && ovh_cloud_project_database.this.flavor == "b3-8" && length(ovh_cloud_project_database.this.nodes) == 2 && ovh_cloud_project_database.this.nodes[0].region == "EU-WEST-PAR"
    error_message = "The newer generation has two nodes at least."
  }
}

run "paris_keeps_for_30_days" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "eu-west-par"
      replica_region = "rbx"
      protected      = false
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = true
      pitr_days         = 30
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }

  assert {
    condition     = ovh_cloud_project_database.this.plan == "advanced" && length(ovh_cloud_project_database.this.nodes) == 3
    error_message = "30 days are the larger plan."
  }
}

run "refuses_a_major_that_is_not_offered" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 18
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
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
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_the_database_that_is_there" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["defaultdb"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control-plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_flavor_of_instances" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "b3-8", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_broken_storage" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8", storage_gib = 0 }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_backups_for_no_day" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 0
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_backups_for_31_days" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 31
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_short_backups_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_copy_without_region" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = null
      protected      = false
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = true
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_copy_where_there_are_no_databases" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = true
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_number_of_connections" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = {}
      connections       = 100
    }
  }
}

run "refuses_a_malformed_parameter" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["control_plane"]
      size              = { flavor = "db1-4", flavor_3az = "b3-8" }
      high_availability = false
      pitr_days         = 2
      backup_copy       = false
      log_days          = 30
      parameters        = { "Log" = "1" }
    }
  }
}

run "refuses_a_network_without_subnet" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["GRA11"]
      public_subnet_ids  = []
      private_subnet_ids = []
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
    }
  }
}

run "refuses_a_network_without_range" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["GRA11"]
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = []
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
    }
  }
}

run "refuses_an_account_of_another_kind" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_region_outside_the_eu" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "bhs"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_region_without_databases" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "rbx"
      replica_region = "sbg"
      protected      = false
    }
  }
}

run "refuses_a_replica_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "gra"
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier_and_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "Control-Plane-"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "fifteen-letters"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "x", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
