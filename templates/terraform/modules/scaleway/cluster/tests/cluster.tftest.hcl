mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_k8s_cluster" {
    defaults = {
      id            = "fr-par/5e6f7081-0000-4000-8000-000000000001"
      apiserver_url = "https://5e6f7081-0000-4000-8000-000000000001.api.k8s.fr-par.scw.cloud:6443"
      kubeconfig    = [{ config_file = "", host = "", token = "secret", cluster_ca_certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t" }]
    }
  }

  mock_resource "scaleway_instance_security_group" {
    defaults = { id = "fr-par-1/5e6f7081-0000-4000-8000-000000000002" }
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
  component = "cluster"
  tags      = { component = "cluster", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
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
    version         = "1.35"
    log_days        = 30
    public_endpoint = false
    node_groups = {
      control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
    }
    addons    = { kubernetes = "1.35.3" }
    admins    = []
    workloads = {}
  }
}

run "makes_a_private_cluster" {
  command = plan

  assert {
    condition     = scaleway_k8s_cluster.this.private_network_id == "fr-par/2b3c4d5e-0000-4000-8000-000000000002" && scaleway_k8s_cluster.this.cni == "cilium" && scaleway_k8s_cluster.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001" && scaleway_k8s_cluster.this.region == "fr-par" && scaleway_k8s_cluster.this.name == "control-plane-dev-cluster"
    error_message = "The cluster is on the private network, with Cilium."
  }

  assert {
    condition     = scaleway_k8s_cluster.this.version == "1.35.3" && length(scaleway_k8s_cluster.this.auto_upgrade) == 0
    error_message = "The version is exact, and nobody changes it by himself."
  }

  assert {
    condition     = strcontains(scaleway_k8s_cluster.this.type, "-dedicated-")
    error_message = "Only a dedicated control plane has an audit log."
  }

  assert {
    condition     = scaleway_k8s_cluster.this.service_cidr == "10.20.240.0/20" && scaleway_k8s_cluster.this.delete_additional_resources == false
    error_message = "Services have the end of the network's range, and data outlives the cluster."
  }

  assert {
    condition     = alltrue([for resource in concat([scaleway_k8s_cluster.this], values(scaleway_k8s_pool.this), values(scaleway_instance_security_group.nodes)) : resource.tags == tolist(["component=cluster", "cost_centre=4711", "data_class=internal", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"])])
    error_message = "All of it carries the tags."
  }
}

run "answers_its_own_network_alone" {
  command = plan

  assert {
    condition     = toset([for rule in scaleway_k8s_acl.this.acl_rules : rule.ip]) == toset(["192.0.2.10/32", "192.0.2.11/32"]) && scaleway_k8s_acl.this.cluster_id == "fr-par/5e6f7081-0000-4000-8000-000000000001"
    error_message = "The API answers the network's gateways and nobody else."
  }

  assert {
    condition     = alltrue([for rule in scaleway_k8s_acl.this.acl_rules : rule.scaleway_ranges != true])
    error_message = "Other customers of Scaleway are strangers."
  }
}

run "answers_developers_where_asked" {
  command = plan

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { kubernetes = "1.35.3" }
      admins       = []
      workloads    = {}
      public_cidrs = ["198.51.100.0/24"]
    }
  }

  assert {
    condition     = toset([for rule in scaleway_k8s_acl.this.acl_rules : rule.ip]) == toset(["192.0.2.10/32", "192.0.2.11/32", "198.51.100.0/24"])
    error_message = "The networks that were named are let in as well."
  }
}

run "spreads_nodes_over_zones" {
  command = plan

  assert {
    condition = { for name, pool in scaleway_k8s_pool.this : name => [pool.zone, pool.min_size, pool.size, pool.max_size] } == {
      control-fr-par-1   = ["fr-par-1", 1, 2, 2]
      control-fr-par-2   = ["fr-par-2", 1, 1, 2]
      control-fr-par-3   = ["fr-par-3", 1, 1, 2]
      execution-fr-par-1 = ["fr-par-1", 0, 1, 1]
      execution-fr-par-2 = ["fr-par-2", 0, 0, 1]
    }
    error_message = "Each zone has its share, the first what is left over, and none a pool that could hold no node."
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : pool.public_ip_disabled && pool.autohealing && pool.container_runtime == "containerd" && pool.root_volume_type == "sbs_5k"])
    error_message = "Nodes have no public address and heal by themselves."
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : one(pool.upgrade_policy).max_surge == 1 && one(pool.upgrade_policy).max_unavailable == 0])
    error_message = "A new node is there before an old one goes."
  }

  assert {
    condition     = scaleway_k8s_pool.this["control-fr-par-1"].node_type == "POP2-4C-16G" && scaleway_k8s_pool.this["control-fr-par-1"].root_volume_size_in_gb == 50 && scaleway_k8s_pool.this["execution-fr-par-1"].node_type == "POP2-8C-32G" && scaleway_k8s_pool.this["control-fr-par-1"].autoscaling
    error_message = "Type and disk are the group's."
  }
}

run "labels_and_taints_nodes" {
  command = plan

  assert {
    condition     = scaleway_k8s_pool.this["execution-fr-par-1"].labels == tomap({ plane = "execution" }) && one(scaleway_k8s_pool.this["execution-fr-par-1"].taints) == { key = "plane", value = "execution", effect = "NoSchedule" }
    error_message = "Only what tolerates the taint runs on the execution plane."
  }

  assert {
    condition     = scaleway_k8s_pool.this["control-fr-par-1"].labels == tomap({ plane = "control" }) && length(scaleway_k8s_pool.this["control-fr-par-1"].taints) == 0
    error_message = "System pods run on the control plane's nodes."
  }
}

run "lets_nothing_in_from_the_internet" {
  command = plan

  assert {
    condition     = toset(keys(scaleway_instance_security_group.nodes)) == toset(["fr-par-1", "fr-par-2", "fr-par-3"]) && alltrue([for zone, group in scaleway_instance_security_group.nodes : group.inbound_default_policy == "drop" && group.zone == zone && length(group.inbound_rule) == 0 && group.enable_default_security])
    error_message = "The groups have no way in."
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : pool.security_group_id == "fr-par-1/5e6f7081-0000-4000-8000-000000000002"])
    error_message = "Every pool is in such a group."
  }
}

run "does_not_scale_what_is_fixed" {
  command = plan

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 3, desired = 3, max = 3, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }

  assert {
    condition     = alltrue([for pool in scaleway_k8s_pool.this : !pool.autoscaling && pool.size == 1])
    error_message = "A group of one size has no autoscaler."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = output.exports == { name = "control-plane-dev-cluster", endpoint = "https://5e6f7081-0000-4000-8000-000000000001.api.k8s.fr-par.scw.cloud:6443", version = "1.35", certificate_authority = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", security_group_id = null, node_security_group_id = null, pod_roles = {} }
    error_message = "The exports have exactly the fields of the contract, and no token."
  }
}

run "refuses_a_patch_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35.3"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { kubernetes = "1.35.3" }
      admins    = []
      workloads = {}
    }
  }
}

run "refuses_an_exact_version_of_another_minor" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { kubernetes = "1.34.2" }
      admins    = []
      workloads = {}
    }
  }
}

run "refuses_no_exact_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = {}
      admins    = []
      workloads = {}
    }
  }
}

run "refuses_an_add_on_that_it_cannot_set" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { kubernetes = "1.35.3", coredns = "v1" }
      admins    = []
      workloads = {}
    }
  }
}

run "refuses_a_public_endpoint_outside_development" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "stage"
      tier           = "staging"
      name           = "control-plane-stage"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "nl-ams"
      protected      = false
    }
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { kubernetes = "1.35.3" }
      admins       = []
      workloads    = {}
      public_cidrs = ["198.51.100.0/24"]
    }
  }
}

run "refuses_a_public_endpoint_without_networks" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { kubernetes = "1.35.3" }
      admins    = []
      workloads = {}
    }
  }
}

run "refuses_everybody" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { kubernetes = "1.35.3" }
      admins       = []
      workloads    = {}
      public_cidrs = ["0.0.0.0/0"]
    }
  }
}

run "refuses_no_group" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = {}
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }
}

run "refuses_tainted_groups_alone" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 1, desired = 1, max = 1, disk_gib = 20, labels = {}, taints = { plane = "execution" } } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }
}

run "refuses_a_type_without_memory" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "DEV1-S", capacity = "on_demand", min = 1, desired = 1, max = 1, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }
}

run "refuses_a_malformed_type" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "m7i.large", capacity = "on_demand", min = 1, desired = 1, max = 1, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }
}

run "refuses_spot" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "PRO2-S", capacity = "spot", min = 1, desired = 1, max = 1, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
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
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 2, desired = 1, max = 1, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
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
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 1, desired = 1, max = 1.5, disk_gib = 20, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
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
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 1, desired = 1, max = 1, disk_gib = 10, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
    }
  }
}

run "refuses_parts_of_a_gibibyte" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.35"
      log_days        = 30
      public_endpoint = false
      node_groups     = { control = { node_type = "PRO2-S", capacity = "on_demand", min = 1, desired = 1, max = 1, disk_gib = 50.5, labels = {}, taints = {} } }
      addons          = { kubernetes = "1.35.3" }
      admins          = []
      workloads       = {}
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
        control   = { node_type = "POP2-4C-16G", capacity = "on_demand", min = 3, desired = 4, max = 6, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { node_type = "POP2-8C-32G", capacity = "on_demand", min = 0, desired = 1, max = 2, disk_gib = 100, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons    = { kubernetes = "1.35.3" }
      admins    = ["somebody"]
      workloads = {}
    }
  }
}

run "refuses_a_network_without_a_way_out" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
      cidr               = "10.20.0.0/16"
      zones              = ["fr-par-1", "fr-par-2", "fr-par-3"]
      public_subnet_ids  = []
      private_subnet_ids = ["fr-par/2b3c4d5e-0000-4000-8000-000000000002"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/20"]
      intra_cidrs        = []
      egress_addresses   = []
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
    tags = { component = "cluster", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
