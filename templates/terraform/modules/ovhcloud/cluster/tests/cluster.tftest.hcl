mock_provider "ovh" {
  override_during = plan

  mock_resource "ovh_cloud_project_kube" {
    defaults = {
      id                    = "5f1e9d3a-7c2b-4e60-8a41-6b9d0c2e4f73"
      kubeconfig_attributes = [{ client_certificate = "Y2VydA==", client_key = "a2V5", cluster_ca_certificate = "bW9jaw==", host = "https://a1b2c3.c1.gra9.k8s.ovh.net" }]
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
  component = "cluster"
  tags      = { component = "cluster", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
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
    version         = "1.34"
    log_days        = 30
    public_endpoint = false
    node_groups = {
      control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
      execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
    }
    addons = {}
    admins = []
    workloads = {
      api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
    }
    secret_store = null
  }
}

run "nodes_are_on_the_private_network" {
  command = plan

  assert {
    condition     = ovh_cloud_project_kube.this.region == "GRA11" && ovh_cloud_project_kube.this.private_network_id == "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10" && ovh_cloud_project_kube.this.nodes_subnet_id == "b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35" && ovh_cloud_project_kube.this.load_balancers_subnet_id == "b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"
    error_message = "Cluster, nodes and load balancers are in the subnet."
  }

  assert {
    condition     = ovh_cloud_project_kube.this.plan == "free" && one(ovh_cloud_project_kube.this.private_network_configuration).private_network_routing_as_default
    error_message = "In the free plan too, what leaves goes through the gateway."
  }

  assert {
    condition     = ovh_cloud_project_kube.this.version == "1.34" && ovh_cloud_project_kube.this.update_policy == "MINIMAL_DOWNTIME"
    error_message = "The version is the one asked for, with its patches."
  }
}

run "the_api_answers_the_gateway_alone" {
  command = plan

  assert {
    condition     = ovh_cloud_project_kube_iprestrictions.this.ips == toset(["192.0.2.10/32"])
    error_message = "The list is the gateway."
  }

  assert {
    condition     = ovh_cloud_project_kube_iprestrictions.this.kube_id == "5f1e9d3a-7c2b-4e60-8a41-6b9d0c2e4f73"
    error_message = "The list is the cluster's."
  }
}

run "pools_carry_labels_taints_and_bounds" {
  command = plan

  assert {
    condition     = toset(keys(ovh_cloud_project_kube_nodepool.this)) == toset(["control", "execution"])
    error_message = "One pool for each group."
  }

  assert {
    condition     = ovh_cloud_project_kube_nodepool.this["control"].autoscale && ovh_cloud_project_kube_nodepool.this["control"].min_nodes == 1 && ovh_cloud_project_kube_nodepool.this["control"].desired_nodes == 2 && ovh_cloud_project_kube_nodepool.this["control"].max_nodes == 3 && ovh_cloud_project_kube_nodepool.this["control"].flavor_name == "b3-8"
    error_message = "Bounds switch the autoscaler on."
  }

  assert {
    condition     = !ovh_cloud_project_kube_nodepool.this["execution"].autoscale
    error_message = "Equal bounds leave it off."
  }

  assert {
    condition     = one(one(ovh_cloud_project_kube_nodepool.this["execution"].template).metadata).labels == tomap({ plane = "execution" }) && one(one(one(ovh_cloud_project_kube_nodepool.this["execution"].template).spec).taints) == tomap({ key = "plane", value = "execution", effect = "NoSchedule" })
    error_message = "Only what tolerates the taint runs there."
  }

  assert {
    condition     = length(one(one(ovh_cloud_project_kube_nodepool.this["control"].template).spec).taints) == 0
    error_message = "System pods have a place."
  }
}

run "hands_on_address_and_authority" {
  command = plan

  assert {
    condition     = output.exports.endpoint == "https://a1b2c3.c1.gra9.k8s.ovh.net" && output.exports.certificate_authority == "bW9jaw==" && output.exports.name == "control-plane-dev-cluster"
    error_message = "Clients find the API."
  }

  assert {
    condition     = output.exports.security_group_id == null && output.exports.node_security_group_id == null && length(output.exports.pod_roles) == 0
    error_message = "What is not there is not claimed."
  }
}

run "three_zones_share_a_group" {
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
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["eu-west-par-a", "eu-west-par-b", "eu-west-par-c"]
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10"]
    }
  }

  assert {
    condition     = ovh_cloud_project_kube.this.region == "EU-WEST-PAR" && ovh_cloud_project_kube.this.plan == "standard" && length(ovh_cloud_project_kube.this.private_network_configuration) == 0
    error_message = "Three zones have the standard plan."
  }

  assert {
    condition     = toset(keys(ovh_cloud_project_kube_nodepool.this)) == toset(["control-a", "control-b", "control-c", "execution-a", "execution-b"])
    error_message = "A group of two nodes is in two zones."
  }

  assert {
    condition     = join(",", ovh_cloud_project_kube_nodepool.this["control-b"].availability_zones) == "eu-west-par-b"
    error_message = "A pool is in its zone."
  }

  assert {
    condition     = join(",", [for zone in ["a", "b", "c"] : "${ovh_cloud_project_kube_nodepool.this["control-${zone}"].min_nodes}/${ovh_cloud_project_kube_nodepool.this["control-${zone}"].desired_nodes}/${ovh_cloud_project_kube_nodepool.this["control-${zone}"].max_nodes}"]) == "1/1/1,0/1/1,0/0/1"
    error_message = "Together they have the group's numbers."
  }

  assert {
    condition     = one(one(ovh_cloud_project_kube.this.customization_cilium).hubble).enabled && one(one(one(ovh_cloud_project_kube.this.customization_cilium).hubble).ui).enabled == false
    error_message = "Flows are recorded, without a web page."
  }
}

run "staging_has_the_standard_plan" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "staging"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
  }

  assert {
    condition     = ovh_cloud_project_kube.this.plan == "standard" && ovh_cloud_project_kube.this.region == "GRA11"
    error_message = "Outside development the control plane has agreed availability."
  }
}

run "development_may_add_addresses" {
  command = plan

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }

  assert {
    condition     = ovh_cloud_project_kube_iprestrictions.this.ips == toset(["192.0.2.10/32", "198.51.100.0/24"])
    error_message = "The gateway stays in the list."
  }
}

run "refuses_a_patch_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34.1"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_a_public_endpoint_outside_development" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "staging"
      name           = "control-plane-dev"
      account        = "0123456789abcdef0123456789abcdef"
      region         = "gra"
      replica_region = "rbx"
      protected      = false
    }
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_a_public_endpoint_without_ranges" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_ranges_without_a_public_endpoint" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      public_cidrs    = ["198.51.100.0/24"]
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_everybody" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      public_cidrs    = ["0.0.0.0/0"]
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_a_name_with_underscore" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control_1 = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = {}, taints = {} }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_taints_everywhere" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = {}, taints = { plane = "control" } }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_an_instance_type_of_another_provider" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { flavor = "m7i.large", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = {}, taints = {} }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_spot_capacity" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { flavor = "b3-8", capacity = "spot", min = 1, desired = 2, max = 3, labels = {}, taints = {} }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_numbers_the_wrong_way_round" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { flavor = "b3-8", capacity = "on_demand", min = 4, desired = 2, max = 3, labels = {}, taints = {} }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_parts_of_nodes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 1.5, max = 3, labels = {}, taints = {} }
      }
      addons = {}
      admins = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
    }
  }
}

run "refuses_administrators" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { flavor = "b3-8", capacity = "on_demand", min = 1, desired = 2, max = 3, labels = { plane = "control" }, taints = {} }
        execution = { flavor = "b3-16", capacity = "on_demand", min = 2, desired = 2, max = 2, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = {}
      admins = ["somebody"]
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw" }, secrets = [] }
      }
      secret_store = null
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

run "refuses_a_network_without_gateway" {
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
      private_cidrs      = ["10.10.0.0/17"]
      intra_cidrs        = []
      egress_addresses   = []
    }
  }
}

run "refuses_a_network_of_two_zones" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "6f1c2a54-0b7d-4f0e-9a63-5d2e8c4b7a10"
      cidr               = "10.10.0.0/16"
      zones              = ["a", "b"]
      public_subnet_ids  = []
      private_subnet_ids = ["b6f0d9c2-3e5a-4c18-8f27-1a9d4e6b0c35"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.10.0.0/17"]
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
