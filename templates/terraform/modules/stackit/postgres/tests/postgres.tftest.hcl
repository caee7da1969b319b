# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_service_account" {
    defaults = { email = "db-kms-a1b2c3d4@sa.stackit.cloud" }
  }

  mock_resource "stackit_postgresflex_instance" {
    defaults = {
      instance_id     = "be605172-8394-4001-92b3-c4d5e6f70819"
      connection_info = { write = { host = "db.example.org", port = 5432 } }
      network         = { access_scope = "left to the service" }
    }
  }

  mock_resource "stackit_postgresflex_user" {
    defaults = { user_id = "42" }
  }
}

mock_provider "stackit" {
  alias           = "iam"
  override_during = plan
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
    region         = "eu01"
    replica_region = null
    protected      = false
  }
  component = "db"
  tags      = { component = "db", cost_centre = "4711", data_class = "confidential", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    major             = 16
    databases         = ["app", "temporal"]
    size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
    high_availability = true
    pitr_days         = 35
    backup_copy       = false
    log_days          = 30
    parameters        = {}
  }
  network = {
    network_id         = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"
    cidr               = "10.20.0.0/16"
    zones              = ["eu01-1", "eu01-2", "eu01-3"]
    public_subnet_ids  = []
    private_subnet_ids = ["6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.20.0.0/16"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10"]
  }
  keys = {
    ids         = { database = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0,eu01,1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8,3c4d5e6f-7081-492a-83a4-c5d6e7f8091a" }
    replica_ids = {}
  }
}

run "encrypts_under_the_key_of_the_customer" {
  command = plan

  assert {
    condition     = stackit_postgresflex_instance.this.encryption == { kek_keyring_id = "1a2b3c4d-5e6f-4708-9182-a3b4c5d6e7f8", kek_key_id = "3c4d5e6f-7081-492a-83a4-c5d6e7f8091a", kek_key_version = "1", service_account = "db-kms-a1b2c3d4@sa.stackit.cloud" }
    error_message = "Ring and key are taken out of the id, and the account is the module's."
  }

  assert {
    condition     = stackit_authorization_project_role_assignment.kms.role == "kms.admin" && stackit_authorization_project_role_assignment.kms.subject == "db-kms-a1b2c3d4@sa.stackit.cloud" && length(stackit_service_account.kms.name) <= 20
    error_message = "The account may use the key."
  }
}

run "closes_the_database" {
  command = plan

  assert {
    condition     = stackit_postgresflex_instance.this.network.acl == tolist(["10.20.0.0/16", "192.0.2.10/32"]) && stackit_postgresflex_instance.this.network.access_scope == "left to the service"
    error_message = "The network's own addresses reach the database, and no preview is asked for."
  }
}

run "is_what_was_asked_for" {
  command = plan

  assert {
    condition     = stackit_postgresflex_instance.this.version == "16" && stackit_postgresflex_instance.this.flavor_id == "4.8-replica" && stackit_postgresflex_instance.this.storage == { class = "premium-perf2-stackit", size = 100 }
    error_message = "Version, flavour and storage are those of the specification, and there are three nodes."
  }

  assert {
    condition     = stackit_postgresflex_instance.this.retention_days == 35 && stackit_postgresflex_instance.this.backup_schedule == "0 2 * * *"
    error_message = "Backups are daily and kept for as long as asked."
  }
}

run "keeps_backups_for_no_less_than_the_service_does" {
  command = plan

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = false
      pitr_days         = 1
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }

  assert {
    condition     = stackit_postgresflex_instance.this.retention_days == 32 && stackit_postgresflex_instance.this.flavor_id == "4.8"
    error_message = "A day is 32 days, and a single instance has a flavour without suffix."
  }
}

run "databases_have_an_owner" {
  command = plan

  assert {
    condition     = { for name, database in stackit_postgresflex_database.this : name => database.owner } == { app = "owner", temporal = "owner" } && stackit_postgresflex_user.owner.roles == toset(["createdb", "login"])
    error_message = "One user owns the databases, with the roles that the API gives."
  }
}

run "hands_on_where_to_connect" {
  command = plan

  assert {
    condition     = output.exports.host == "db.example.org" && output.exports.port == 5432 && output.exports.tls == "require" && output.exports.backup_ref == "be605172-8394-4001-92b3-c4d5e6f70819"
    error_message = "Clients find the database."
  }

  assert {
    condition     = output.exports.admin_ref == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0,eu01,be605172-8394-4001-92b3-c4d5e6f70819,42"
    error_message = "The owner is named, its password is not."
  }
}

run "refuses_an_old_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 13
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
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
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_database_of_the_service" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["postgres"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_flavor_with_suffix" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8-replica", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_storage_of_another_provider" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "gp3", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_too_little_storage" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 1, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_backups_for_longer_than_the_service_keeps_them" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 91
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
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 6
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_single_instance_in_production" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = true
    }
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = false
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_a_copy_of_backups" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
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
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      connections       = 100
      log_days          = 30
      parameters        = {}
    }
  }
}

run "refuses_parameters" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      major             = 16
      databases         = ["app", "temporal"]
      size              = { flavor = "4.8", storage_class = "premium-perf2-stackit", storage_gib = 100, max_storage_gib = 500 }
      high_availability = true
      pitr_days         = 35
      backup_copy       = false
      log_days          = 30
      parameters        = { work_mem = "64MB" }
    }
  }
}

run "refuses_a_key_of_another_provider" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = { database = "arn:aws:kms:eu-central-1:123456789012:key/1" }, replica_ids = {} }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "Control-Plane-dev-"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_account_that_is_no_project" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_region_of_another_provider" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu-central-1"
      replica_region = null
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
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = "eu01"
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
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
