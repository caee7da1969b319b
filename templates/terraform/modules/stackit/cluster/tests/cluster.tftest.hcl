mock_provider "stackit" {
  override_during = plan

  # What the configuration leaves to the service; a value here is what was not set.
  mock_resource "stackit_ske_cluster" {
    defaults = {
      audit      = { enabled = false }
      extensions = { application_load_balancer = { enabled = false } }
      network    = { control_plane = { access_scope = "left to the service" } }

      service_account_issuer = "https://issuer.example.org/cluster"
    }
  }

  mock_resource "stackit_service_account" {
    defaults = { email = "pod-a1b2c3d4@sa.stackit.cloud" }
  }
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
  component = "cluster"
  tags      = { component = "cluster", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  spec = {
    version         = "1.35"
    log_days        = 30
    public_endpoint = false
    node_groups = {
      control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
    }
    addons    = {}
    admins    = []
    workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
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
}

run "is_in_the_network_of_the_environment" {
  command = plan

  assert {
    condition     = stackit_ske_cluster.this.project_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0" && stackit_ske_cluster.this.network.id == "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"
    error_message = "Project and network are the environment's."
  }

  assert {
    condition     = can(regex("^dev-[0-9a-f]{4}$", stackit_ske_cluster.this.name)) && stackit_ske_cluster.this.kubernetes_version_min == "1.35"
    error_message = "The name is short and begins with the environment's; the version is the one asked for."
  }
}

run "closes_the_api" {
  command = plan

  assert {
    condition     = stackit_ske_cluster.this.extensions.acl.enabled && stackit_ske_cluster.this.extensions.acl.allowed_cidrs == tolist(["10.20.0.0/16", "192.0.2.10/32"])
    error_message = "The access list is on and names the network's own addresses alone."
  }
}

run "previews_stay_off" {
  command = plan

  assert {
    condition     = !stackit_ske_cluster.this.audit.enabled && stackit_ske_cluster.this.network.control_plane.access_scope == "left to the service" && !stackit_ske_cluster.this.extensions.application_load_balancer.enabled
    error_message = "Nothing is set that only enabled accounts may set."
  }
}

run "spreads_nodes_over_zones" {
  command = plan

  assert {
    condition     = [for pool in stackit_ske_cluster.this.node_pools : "${pool.name} ${pool.machine_type} ${pool.minimum}-${pool.maximum} ${join(",", pool.availability_zones)} ${pool.max_surge}/${pool.max_unavailable}"] == ["control g2i.2 3-6 eu01-1,eu01-2,eu01-3 3/0", "execution g2i.4 1-9 eu01-1 1/0"]
    error_message = "A pool is in as many zones as it has nodes, and is replaced zone by zone without loss."
  }

  assert {
    condition     = alltrue([for pool in stackit_ske_cluster.this.node_pools : pool.os_name == "flatcar" && pool.cri == "containerd" && pool.volume_size == 50 && pool.volume_type == "storage_premium_perf1"])
    error_message = "Nodes run the image, runtime and disks that were asked for."
  }
}

run "keeps_system_pods_off_tainted_nodes" {
  command = plan

  assert {
    condition     = { for pool in stackit_ske_cluster.this.node_pools : pool.name => pool.allow_system_components } == { control = true, execution = false }
    error_message = "System pods run where no taint is."
  }

  assert {
    condition     = [for taint in stackit_ske_cluster.this.node_pools[1].taints : "${taint.key}=${taint.value}:${taint.effect}"] == ["plane=execution:NoSchedule"] && stackit_ske_cluster.this.node_pools[1].labels == tomap({ plane = "execution" })
    error_message = "Labels and taints of the group are on its nodes."
  }
}

run "is_kept_up_to_date_at_night" {
  command = plan

  assert {
    condition     = stackit_ske_cluster.this.maintenance.enable_kubernetes_version_updates && stackit_ske_cluster.this.maintenance.enable_machine_image_version_updates && stackit_ske_cluster.this.maintenance.start == "01:00:00Z" && stackit_ske_cluster.this.maintenance.end == "03:00:00Z"
    error_message = "Fixes come in the window."
  }
}

run "people_log_in_as_themselves" {
  command = plan

  assert {
    condition     = stackit_ske_cluster.this.access.idp.enabled && stackit_ske_cluster.this.access.idp.type == "stackit"
    error_message = "Log-in by identity is on."
  }
}

run "development_may_list_addresses" {
  command = plan

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }

  assert {
    condition     = stackit_ske_cluster.this.extensions.acl.allowed_cidrs == tolist(["10.20.0.0/16", "192.0.2.10/32", "198.51.100.0/24"])
    error_message = "What is listed is added."
  }
}

run "addresses_without_public_endpoint_are_not_listed" {
  command = plan

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }

  assert {
    condition     = !contains(stackit_ske_cluster.this.extensions.acl.allowed_cidrs, "198.51.100.0/24")
    error_message = "A list alone opens nothing."
  }
}

run "workloads_enter_with_their_own_token" {
  command = plan

  assert {
    condition     = [for trust in stackit_service_account_federated_identity_provider.workload : "${trust.issuer} ${join(" ", [for assertion in trust.assertions : "${assertion.item}:${assertion.operator}:${assertion.value}"])}"] == ["https://issuer.example.org/cluster aud:equals:sts.accounts.stackit.cloud sub:equals:system:serviceaccount:control-plane-control:api"]
    error_message = "Issuer, audience and subject are compared, and name this cluster and this account."
  }

  assert {
    condition     = can(regex("^pod-api-[0-9a-f]{4}$", stackit_service_account.workload["api"].name)) && output.exports.pod_roles == { api = "pod-a1b2c3d4@sa.stackit.cloud" }
    error_message = "Each workload has an account of its own, which is handed on."
  }
}

run "long_names_of_workloads_are_cut" {
  command = plan

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { a-very-long-name-of-a-workload = { namespace = "control-plane-control", service_account = "long", plane = "control", uses = {}, secrets = [] }, a-very-long-other = { namespace = "control-plane-control", service_account = "other", plane = "control", uses = {}, secrets = [] } }
    }
  }

  assert {
    condition     = alltrue([for account in stackit_service_account.workload : length(account.name) <= 20 && can(regex("^[a-z](-?[a-z0-9]+)*$", account.name))]) && length(distinct([for account in stackit_service_account.workload : account.name])) == 2
    error_message = "Names are as the service takes them, and differ."
  }
}

run "hands_on_no_credential" {
  command = plan

  assert {
    condition     = output.exports.endpoint == null && output.exports.certificate_authority == null && output.exports.node_security_group_id == null && output.exports.version == "1.35"
    error_message = "What only a kubeconfig says is not handed on."
  }
}

run "refuses_an_exact_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35.2"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_public_api_outside_development" {
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
      protected      = false
    }
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_public_api_without_addresses" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_an_open_api" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["0.0.0.0/0"]
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_no_node_group" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_long_name_of_a_group" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        sixteen-letters- = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_only_tainted_groups" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = { plane = "control" } }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_machine_type_of_another_provider" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "m7i.large", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_an_unknown_volume" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "gp3", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_spare_capacity" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "spot", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_numbers_the_wrong_way_round" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 4, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_parts_of_nodes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1.5, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_more_nodes_than_a_cluster_takes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 1001, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_small_disk" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 10, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_addons" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { coredns = "v1" }
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_two_workloads_with_one_account" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { a = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] }, b = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_workload_among_those_of_kubernetes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { a = { namespace = "kube-system", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_malformed_name_of_a_workload" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = { a--b = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_administrators" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 3, desired = 3, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { machine_type = "g2i.4", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 1, desired = 2, max = 9, disk_gib = 50, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = ["someone@example.org"]
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
  }
}

run "refuses_a_network_without_zones" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"
      cidr               = "10.20.0.0/16"
      zones              = []
      public_subnet_ids  = []
      private_subnet_ids = ["6f1b0c2d-3e4a-4b5c-8d6e-7f8091a2b3c4"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/16"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
    }
  }
}

run "refuses_more_nodes_in_all_than_a_cluster_runs" {
  command         = plan
  expect_failures = [stackit_ske_cluster.this]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 600, desired = 600, max = 600, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        more    = { machine_type = "g2i.2", volume_type = "storage_premium_perf1", capacity = "on_demand", min = 600, desired = 600, max = 600, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons    = {}
      admins    = []
      workloads = { api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] } }
    }
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
