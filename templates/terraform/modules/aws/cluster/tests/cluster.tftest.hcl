mock_provider "aws" {
  override_during = plan

  mock_resource "aws_eks_cluster" {
    defaults = { endpoint = "https://3F2A9C1D7B8E4F60A1B2C3D4E5F60718.gr7.eu-central-1.eks.amazonaws.com", certificate_authority = [{ data = "bW9jaw==" }] }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/control-plane-dev-cluster-role" }
  }

  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0a1b2c3d4e5f60718", latest_version = 1 }
  }

  mock_resource "aws_security_group" {
    defaults = { id = "sg-0c1d2e3f4a5b60718" }
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
  component = "cluster"
  tags      = { component = "cluster", data_class = "internal" }
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
      cluster = "arn:aws:kms:eu-central-1:123456789012:key/5b1f9c1e-8a53-4c0b-9d0e-2f6a7c3e1b04"
      logs    = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
    }
    replica_ids = {}
  }
  grants = {
    db        = { rw = "{\"Statement\":[{\"Sid\":\"ConnectReadWrite\"}]}", read = "{\"Statement\":[{\"Sid\":\"ConnectReadOnly\"}]}" }
    evidence  = { append = "{\"Statement\":[{\"Sid\":\"AppendObjects\"}]}" }
    secrets   = { "api/signing" = "{\"Statement\":[{\"Sid\":\"ReadSecret\"}]}", "webhook" = "{\"Statement\":[{\"Sid\":\"ReadOther\"}]}" }
    telemetry = { write = "{\"Statement\":[{\"Sid\":\"WriteMetrics\"}]}" }
  }
  spec = {
    version         = "1.34"
    log_days        = 30
    public_endpoint = false
    node_groups = {
      control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
    }
    addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
    secret_store = "secrets"
    admins       = []
    workloads = {
      api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
    }
  }
}

run "keeps_the_api_private_and_secrets_encrypted" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The API is reachable from the network only."
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].subnet_ids == toset(var.network.intra_subnet_ids)
    error_message = "The control plane has no way out."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Access entries alone decide, and the creator gets none."
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"]) && aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.keys.ids["cluster"]
    error_message = "Secrets are encrypted with the cluster key."
  }

  assert {
    condition     = aws_eks_cluster.this.enabled_cluster_log_types == toset(["api", "audit", "authenticator", "controllerManager", "scheduler"])
    error_message = "Every log of the control plane is on."
  }

  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD" && !aws_eks_cluster.this.bootstrap_self_managed_addons && aws_eks_cluster.this.version == "1.34"
    error_message = "Version, support and add-ons are chosen, not defaulted."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/eks/control-plane-dev-cluster/cluster" && aws_cloudwatch_log_group.this.kms_key_id == var.keys.ids["logs"] && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The log group exists first, encrypted and finite."
  }
}

run "opens_the_api_in_development_to_named_networks" {
  command = plan

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
      public_cidrs = ["203.0.113.0/24"]
    }
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/24"])
    error_message = "The public endpoint answers named networks only."
  }
}

run "hardens_nodes" {
  command = plan

  assert {
    condition     = alltrue([for template in aws_launch_template.this : template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "Pods cannot reach the metadata service."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : template.block_device_mappings[0].ebs[0].encrypted == "true" && template.block_device_mappings[0].ebs[0].volume_type == "gp3" && template.block_device_mappings[0].ebs[0].kms_key_id == var.keys.ids["cluster"]])
    error_message = "Disks are encrypted with the cluster key."
  }

  assert {
    condition     = aws_launch_template.this["execution"].block_device_mappings[0].ebs[0].volume_size == 80
    error_message = "The size of disks comes from the spec."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : template.network_interfaces[0].associate_public_ip_address == "false"])
    error_message = "No node has a public address."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.this : toset([for specification in template.tag_specifications : specification.resource_type]) == toset(["instance", "network-interface", "volume"]) && alltrue([for specification in template.tag_specifications : specification.tags["stack"] == "control-plane" && specification.tags["environment"] == "dev" && specification.tags["component"] == "cluster"])])
    error_message = "What EKS makes from the template carries the tags, which default_tags do not reach."
  }
}

run "runs_the_node_groups_of_the_spec" {
  command = plan

  assert {
    condition     = toset(keys(aws_eks_node_group.this)) == toset(["control", "execution"])
    error_message = "One node group for each of the spec."
  }

  assert {
    condition     = aws_eks_node_group.this["control"].scaling_config[0].min_size == 1 && aws_eks_node_group.this["control"].scaling_config[0].desired_size == 2 && aws_eks_node_group.this["control"].scaling_config[0].max_size == 3
    error_message = "Sizes come from the spec."
  }

  assert {
    condition     = aws_eks_node_group.this["control"].capacity_type == "ON_DEMAND" && aws_eks_node_group.this["execution"].capacity_type == "SPOT"
    error_message = "Capacity comes from the spec."
  }

  assert {
    condition     = aws_eks_node_group.this["control"].ami_type == "AL2023_x86_64_STANDARD" && aws_eks_node_group.this["execution"].ami_type == "AL2023_ARM_64_STANDARD"
    error_message = "The image fits the processor."
  }

  assert {
    condition     = length(aws_eks_node_group.this["control"].taint) == 0 && one(aws_eks_node_group.this["execution"].taint) == { key = "plane", value = "execution", effect = "NO_SCHEDULE" }
    error_message = "Only the execution group is tainted."
  }

  assert {
    condition     = alltrue([for group in aws_eks_node_group.this : group.subnet_ids == toset(var.network.private_subnet_ids) && length(group.remote_access) == 0])
    error_message = "Nodes are in private subnets, without SSH."
  }
}

run "installs_addons_at_exact_versions" {
  command = plan

  assert {
    condition     = toset(keys(aws_eks_addon.first)) == toset(["eks-pod-identity-agent", "kube-proxy", "vpc-cni"]) && toset(keys(aws_eks_addon.second)) == toset(["aws-ebs-csi-driver", "coredns"])
    error_message = "Networking comes before the nodes, the rest after them."
  }

  assert {
    condition     = aws_eks_addon.first["vpc-cni"].addon_version == "v1.21.1-eksbuild.1" && aws_eks_addon.second["coredns"].addon_version == "v1.12.4-eksbuild.1"
    error_message = "Versions are those of the spec."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.first["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "Network policies are enforced."
  }

  assert {
    condition     = one(aws_eks_addon.first["vpc-cni"].pod_identity_association).service_account == "aws-node" && one(aws_eks_addon.second["aws-ebs-csi-driver"].pod_identity_association).service_account == "ebs-csi-controller-sa"
    error_message = "Add-ons that call AWS have a role of their own."
  }

  assert {
    condition     = length(aws_eks_addon.second["coredns"].pod_identity_association) == 0 && length(aws_eks_addon.first["kube-proxy"].pod_identity_association) == 0
    error_message = "The others have none."
  }
}

run "gives_nodes_little" {
  command = plan

  assert {
    condition     = toset([for attachment in aws_iam_role_policy_attachment.node : attachment.policy_arn]) == toset(["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"])
    error_message = "Nodes join and pull, no more."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.ebs_key.policy).Statement[0].Condition.StringEquals["kms:ViaService"] == "ec2.eu-central-1.amazonaws.com" && alltrue([for statement in jsondecode(aws_iam_role_policy.ebs_key.policy).Statement : statement.Resource[0] == var.keys.ids["cluster"]])
    error_message = "The volume driver uses one key, through EC2."
  }

  assert {
    condition     = jsondecode(aws_iam_role.control_plane.assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:eks:eu-central-1:123456789012:cluster/control-plane-dev-cluster"
    error_message = "Only this cluster takes the role of the control plane."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.control_plane.policy).Statement[0].Resource[0] == var.keys.ids["cluster"]
    error_message = "The control plane uses one key."
  }
}

run "gives_each_workload_what_it_uses" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role.workload["api"].assume_role_policy).Statement[0].Principal.Service == "pods.eks.amazonaws.com" && toset(jsondecode(aws_iam_role.workload["api"].assume_role_policy).Statement[0].Action) == toset(["sts:AssumeRole", "sts:TagSession"])
    error_message = "Pod Identity takes the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.workload["api"].assume_role_policy).Statement[0].Condition.StringEquals == { "aws:RequestTag/eks-cluster-arn" = "arn:aws:eks:eu-central-1:123456789012:cluster/control-plane-dev-cluster", "aws:RequestTag/kubernetes-namespace" = "control-plane-control", "aws:RequestTag/kubernetes-service-account" = "api", "aws:SourceAccount" = "123456789012" }
    error_message = "Only for this service account, in this namespace of this cluster of this account."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.access)) == toset(["api/db/rw", "api/evidence/append", "api/telemetry/write", "worker/db/rw"])
    error_message = "One policy for each use."
  }

  assert {
    condition     = aws_iam_role_policy.access["api/evidence/append"].policy == var.grants["evidence"]["append"] && aws_iam_role_policy.access["api/evidence/append"].role == "control-plane-dev-cluster-pod-api"
    error_message = "The policy is the one that the component handed out, on the role of the workload."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.secret)) == toset(["api/api/signing"]) && aws_iam_role_policy.secret["api/api/signing"].policy == var.grants["secrets"]["api/signing"] && aws_iam_role_policy.secret["api/api/signing"].name == "secret-api.signing"
    error_message = "A workload reads its own secrets only."
  }

  assert {
    condition     = aws_eks_pod_identity_association.workload["worker"].namespace == "control-plane-execution" && aws_eks_pod_identity_association.workload["worker"].service_account == "worker"
    error_message = "Each workload is associated with its service account."
  }
}

run "leaves_secrets_out_that_live_elsewhere" {
  command = plan

  variables {
    grants = {
      db        = { rw = "{\"Statement\":[{\"Sid\":\"ConnectReadWrite\"}]}", read = "{\"Statement\":[{\"Sid\":\"ConnectReadOnly\"}]}" }
      evidence  = { append = "{\"Statement\":[{\"Sid\":\"AppendObjects\"}]}" }
      telemetry = { write = "{\"Statement\":[{\"Sid\":\"WriteMetrics\"}]}" }
    }
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      admins = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }

  assert {
    condition     = length(aws_iam_role_policy.secret) == 0 && length(aws_iam_role_policy.access) == 4
    error_message = "Without a component for secrets nobody gets a policy for one."
  }
}

run "takes_secrets_from_the_named_component" {
  command = plan

  variables {
    grants = {
      db        = { rw = "{\"Statement\":[{\"Sid\":\"ConnectReadWrite\"}]}", read = "{\"Statement\":[{\"Sid\":\"ConnectReadOnly\"}]}" }
      evidence  = { append = "{\"Statement\":[{\"Sid\":\"AppendObjects\"}]}" }
      secrets   = { read = "{\"Statement\":[{\"Sid\":\"NotThisOne\"}]}" }
      telemetry = { write = "{\"Statement\":[{\"Sid\":\"WriteMetrics\"}]}" }
      vault     = { "api/signing" = "{\"Statement\":[{\"Sid\":\"ReadSecret\"}]}" }
    }
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "vault"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }

  assert {
    condition     = aws_iam_role_policy.secret["api/api/signing"].policy == var.grants["vault"]["api/signing"]
    error_message = "The component that keeps the secrets may have any name."
  }
}

run "lets_named_roles_administer" {
  command = plan

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = ["arn:aws:iam::123456789012:role/platform"]
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }

  assert {
    condition     = length(aws_eks_access_entry.this) == 3 && aws_eks_access_policy_association.this["arn:aws:iam::123456789012:role/platform"].policy_arn == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" && aws_eks_access_policy_association.this["arn:aws:iam::123456789012:role/platform"].access_scope[0].type == "cluster"
    error_message = "A named role administers the whole cluster."
  }
}

run "lets_ci_deploy_and_look" {
  command = plan

  assert {
    condition = { for arn, association in aws_eks_access_policy_association.this : arn => association.policy_arn } == {
      "arn:aws:iam::123456789012:role/control-plane-dev-apply" = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
      "arn:aws:iam::123456789012:role/control-plane-dev-plan"  = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    }
    error_message = "The role that applies administers, the one that plans reads all but Secrets, and nobody else has access."
  }

  assert {
    condition     = alltrue([for arn, entry in aws_eks_access_entry.this : entry.principal_arn == arn]) && alltrue([for association in aws_eks_access_policy_association.this : association.access_scope[0].type == "cluster"])
    error_message = "An entry is for one role and holds for the whole cluster."
  }
}

run "lets_a_controller_register_pods_and_no_more" {
  command = plan

  assert {
    condition     = toset(keys(aws_iam_role.controller)) == toset(["aws-load-balancer-controller"]) && aws_iam_role.controller["aws-load-balancer-controller"].name == "control-plane-dev-cluster-balancer"
    error_message = "One controller has an identity, under the environment's name."
  }

  assert {
    condition = jsondecode(aws_iam_role.controller["aws-load-balancer-controller"].assume_role_policy).Statement[0].Condition.StringEquals == {
      "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-central-1:123456789012:cluster/control-plane-dev-cluster"
      "aws:RequestTag/kubernetes-namespace"       = "kube-system"
      "aws:RequestTag/kubernetes-service-account" = "aws-load-balancer-controller"
      "aws:SourceAccount"                         = "123456789012"
    }
    error_message = "Only for its service account in this cluster."
  }

  assert {
    condition     = aws_eks_pod_identity_association.controller["aws-load-balancer-controller"].namespace == "kube-system" && aws_eks_pod_identity_association.controller["aws-load-balancer-controller"].service_account == "aws-load-balancer-controller"
    error_message = "The identity goes to the service account that the chart makes."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.controller["aws-load-balancer-controller"].policy).Statement : statement.Sid => [statement.Effect, statement.Resource, toset(statement.Action)] } == {
      FindTargets     = ["Allow", "*", toset(["ec2:DescribeInstances", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"])]
      RegisterTargets = ["Allow", "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/*/*", toset(["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"])]
    }
    error_message = "It finds and registers targets; it makes, changes and deletes nothing."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.controller["aws-load-balancer-controller"].policy).Statement : statement.Condition if statement.Sid == "RegisterTargets"]) == { StringEquals = { "aws:ResourceTag/environment" = "dev", "aws:ResourceTag/stack" = "control-plane" } }
    error_message = "Target groups of another environment are out of reach."
  }
}

run "shortens_long_role_names" {
  command = plan

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        a-workload-with-a-name-that-is-too-long-for-a-role = { namespace = "control-plane-control", service_account = "one", plane = "control", uses = {}, secrets = [] }
        a-workload-with-a-name-that-is-too-long-for-both   = { namespace = "control-plane-control", service_account = "two", plane = "control", uses = {}, secrets = [] }
        api                                                = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = {}, secrets = [] }
      }
    }
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.workload : length(role.name) <= 64 && startswith(role.name, "control-plane-dev-cluster-pod-")]) && length(distinct([for role in aws_iam_role.workload : role.name])) == 3
    error_message = "Names fit, stay under the environment's name, and differ."
  }

  assert {
    condition     = aws_iam_role.workload["api"].name == "control-plane-dev-cluster-pod-api"
    error_message = "A name that fits stays as it is."
  }
}

run "binds_every_role_to_the_boundary" {
  command = plan

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
      boundary = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"
    }
  }

  assert {
    condition     = alltrue([for boundary in concat([aws_iam_role.control_plane.permissions_boundary, aws_iam_role.node.permissions_boundary], [for role in aws_iam_role.addon : role.permissions_boundary], [for role in aws_iam_role.controller : role.permissions_boundary], [for role in aws_iam_role.workload : role.permissions_boundary]) : boundary == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"])
    error_message = "Every role has the boundary."
  }
}

run "lets_in_what_it_must" {
  command = plan

  assert {
    condition     = aws_vpc_security_group_ingress_rule.api_from_nodes.from_port == 443 && aws_vpc_security_group_ingress_rule.api_from_nodes.to_port == 443 && aws_vpc_security_group_ingress_rule.api_from_nodes.cidr_ipv4 == null
    error_message = "Only nodes reach the API, on 443."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.node_from_api.from_port == 1024 && aws_vpc_security_group_ingress_rule.node_from_api.cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.node_from_node.cidr_ipv4 == null
    error_message = "Nothing outside the cluster reaches a node."
  }

  assert {
    condition     = aws_security_group.node.vpc_id == var.network.network_id && aws_security_group.control_plane.vpc_id == var.network.network_id
    error_message = "The groups are in the network."
  }
}

run "tags_everything" {
  command = plan

  assert {
    condition     = alltrue([for tags in concat([aws_eks_cluster.this.tags, aws_cloudwatch_log_group.this.tags, aws_security_group.node.tags, aws_iam_role.node.tags], [for group in aws_eks_node_group.this : group.tags], [for addon in aws_eks_addon.first : addon.tags], [for role in aws_iam_role.workload : role.tags]) : tags["component"] == "cluster" && tags["data_class"] == "internal"])
    error_message = "Everything carries the tags."
  }
}

run "exports_the_fields_of_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["certificate_authority", "endpoint", "name", "node_security_group_id", "pod_roles", "security_group_id", "version"])
    error_message = "Exports are the fields of the contract."
  }

  assert {
    condition     = output.exports.name == "control-plane-dev-cluster" && output.exports.version == "1.34" && output.exports.certificate_authority == "bW9jaw==" && toset(keys(output.exports.pod_roles)) == toset(["api", "worker"])
    error_message = "Exports say how to reach the cluster, and the role of each workload."
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
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
      public_cidrs = ["203.0.113.0/24"]
    }
  }
}

run "refuses_a_public_api_for_everybody" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_networks_that_are_too_wide" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = true
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
      public_cidrs = ["0.0.0.0/0"]
    }
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
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_a_retention_that_cloudwatch_lacks" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 31
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_no_nodes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups     = {}
      addons          = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store    = "secrets"
      admins          = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_tainted_nodes_alone" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = { plane = "control" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_mixed_processors" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["m7i.large", "m7g.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_an_unknown_capacity" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["t3.large"], capacity = "reserved", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_sizes_out_of_order" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 4, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
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
        control = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 1.5, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_a_small_disk" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 8, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_parts_of_a_gibibyte" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50.5, labels = { plane = "control" }, taints = {} }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_missing_addons" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { coredns = "v1.12.4-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_an_inexact_addon_version" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "latest", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_a_user_as_admin" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = ["arn:aws:iam::123456789012:user/alice"]
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_a_role_of_ci_as_admin" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = ["arn:aws:iam::123456789012:role/control-plane-dev-plan"]
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
    }
  }
}

run "refuses_a_malformed_workload_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api_ = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_an_unknown_plane" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "data", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_a_namespace_of_kubernetes" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "kube-system", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_a_shared_service_account" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        two = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_a_malformed_boundary" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api    = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
        worker = { namespace = "control-plane-execution", service_account = "worker", plane = "execution", uses = { db = "rw" }, secrets = [] }
      }
      boundary = "boundary"
    }
  }
}

run "refuses_an_access_that_nobody_hands_out" {
  command         = plan
  expect_failures = [var.grants]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "admin", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_a_component_that_hands_out_nothing" {
  command         = plan
  expect_failures = [var.grants]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { cache = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/signing"] }
      }
    }
  }
}

run "refuses_a_secret_that_is_missing" {
  command         = plan
  expect_failures = [var.grants]

  variables {
    spec = {
      version         = "1.34"
      log_days        = 30
      public_endpoint = false
      node_groups = {
        control   = { instance_types = ["t3.large"], capacity = "on_demand", min = 1, desired = 2, max = 3, disk_gib = 50, labels = { plane = "control" }, taints = {} }
        execution = { instance_types = ["m7g.large"], capacity = "spot", min = 1, desired = 1, max = 3, disk_gib = 80, labels = { plane = "execution" }, taints = { plane = "execution" } }
      }
      addons       = { vpc-cni = "v1.21.1-eksbuild.1", coredns = "v1.12.4-eksbuild.1", kube-proxy = "v1.34.1-eksbuild.2", eks-pod-identity-agent = "v1.3.10-eksbuild.2", aws-ebs-csi-driver = "v1.54.0-eksbuild.1" }
      secret_store = "secrets"
      admins       = []
      workloads = {
        api = { namespace = "control-plane-control", service_account = "api", plane = "control", uses = { db = "rw", evidence = "append", telemetry = "write" }, secrets = ["api/other"] }
      }
    }
  }
}

run "refuses_a_network_in_one_zone" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "vpc-0a1b2c3d4e5f60718"
      cidr               = "10.20.0.0/16"
      zones              = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      public_subnet_ids  = ["subnet-0a0b2c3d4e5f60711"]
      private_subnet_ids = ["subnet-0a1b2c3d4e5f60711"]
      intra_subnet_ids   = ["subnet-0a2b2c3d4e5f60711"]
      private_cidrs      = ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]
      intra_cidrs        = ["10.20.128.0/22", "10.20.132.0/22", "10.20.136.0/22"]
      egress_addresses   = []
    }
  }
}

run "refuses_missing_keys" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids = {
        logs = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
      }
      replica_ids = {}
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

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "component-too-long"
  }
}

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "cluster" }
  }
}
