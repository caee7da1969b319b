variable "context" {
  description = "Where this root deploys. The same value for every module of a root."
  type = object({
    stack          = string
    environment    = string
    tier           = string
    name           = string
    account        = string
    region         = string
    replica_region = string
    protected      = bool
  })
  nullable = false

  validation {
    condition     = contains(["development", "staging", "production"], var.context.tier)
    error_message = "context.tier must be development, staging or production."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}[a-z0-9]$", var.context.name))
    error_message = "context.name must be 2 to 31 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }

  validation {
    condition     = can(regex("^[0-9]{12}$", var.context.account))
    error_message = "context.account must be the 12 digits of an AWS account."
  }

  validation {
    condition     = var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the cluster and what belongs to it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of every taggable resource: component and data_class. The provider's default_tags add the rest."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "data_class"] : contains(keys(var.tags), key)])
    error_message = "tags must contain component and data_class."
  }
}

variable "spec" {
  description = "What the cluster is: Kubernetes version, logs, endpoint, node groups, add-ons, administrators, the workloads that get a role, the component that keeps their secrets (none when they live elsewhere), and the permission boundary of all its roles."
  type = object({
    version         = string
    log_days        = number
    public_endpoint = bool
    public_cidrs    = optional(list(string), [])
    node_groups = map(object({
      instance_types = list(string)
      capacity       = string
      min            = number
      desired        = number
      max            = number
      disk_gib       = number
      labels         = map(string)
      taints         = map(string)
    }))
    addons = map(string)
    admins = list(string)
    workloads = map(object({
      namespace       = string
      service_account = string
      plane           = string
      uses            = map(string)
      secrets         = list(string)
    }))
    secret_store = optional(string)
    boundary     = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.spec.version))
    error_message = "spec.version must be a minor version of Kubernetes, such as 1.34."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.spec.log_days)
    error_message = "spec.log_days must be a retention that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }

  validation {
    condition     = !var.spec.public_endpoint || var.context.tier == "development"
    error_message = "spec.public_endpoint is for development only: elsewhere the API stays in the private network."
  }

  validation {
    condition     = !var.spec.public_endpoint || length(var.spec.public_cidrs) > 0
    error_message = "spec.public_endpoint needs spec.public_cidrs: without them EKS would open the API to everybody."
  }

  validation {
    condition     = alltrue([for cidr in var.spec.public_cidrs : can(cidrhost(cidr, 0)) && can(regex("/(1[6-9]|2[0-9]|3[0-2])$", cidr))])
    error_message = "spec.public_cidrs must be IPv4 networks of /16 or smaller."
  }

  validation {
    condition     = length(var.spec.node_groups) > 0 && alltrue([for name in keys(var.spec.node_groups) : can(regex("^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$", name))])
    error_message = "spec.node_groups needs one group at least; a name is 1 to 16 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = anytrue([for group in values(var.spec.node_groups) : length(group.taints) == 0])
    error_message = "spec.node_groups needs a group without taints: system pods such as CoreDNS have to run somewhere."
  }

  validation {
    condition = alltrue([
      for group in values(var.spec.node_groups) :
      length(group.instance_types) > 0 &&
      alltrue([for type in group.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))]) &&
      length(distinct([for type in group.instance_types : can(regex("^[a-z]+[0-9]+g", type))])) == 1
    ])
    error_message = "spec.node_groups[*].instance_types needs one type at least, such as m7i.large, and all of one processor architecture."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : contains(["on_demand", "spot"], group.capacity)])
    error_message = "spec.node_groups[*].capacity must be on_demand or spot."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.min >= 0 && group.min <= group.desired && group.desired <= group.max && group.max >= 1])
    error_message = "spec.node_groups[*] must have 0 <= min <= desired <= max, and max of 1 at least."
  }

  validation {
    condition     = alltrue(flatten([for group in values(var.spec.node_groups) : [for number in [group.min, group.desired, group.max, group.disk_gib] : floor(number) == number]]))
    error_message = "spec.node_groups[*].min, desired, max and disk_gib must be whole numbers."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.disk_gib >= 20 && group.disk_gib <= 16384])
    error_message = "spec.node_groups[*].disk_gib must be from 20 to 16384: images and logs need room."
  }

  validation {
    condition     = alltrue([for name in ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"] : contains(keys(var.spec.addons), name)])
    error_message = "spec.addons must have vpc-cni, kube-proxy, coredns and eks-pod-identity-agent: without them no pod runs or gets its role."
  }

  validation {
    condition     = alltrue([for version in values(var.spec.addons) : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", version))])
    error_message = "spec.addons must map each add-on to an exact version, such as v1.21.1-eksbuild.1."
  }

  validation {
    condition     = alltrue([for arn in var.spec.admins : can(regex("^arn:aws:iam::[0-9]{12}:role/", arn))])
    error_message = "spec.admins must be ARNs of IAM roles: users and the root account get no access to the cluster."
  }

  validation {
    condition     = !anytrue([for use in ["apply", "plan"] : contains(var.spec.admins, "arn:aws:iam::${var.context.account}:role/${var.context.name}-${use}")])
    error_message = "spec.admins must not name the environment's roles of CI: they have their access already, the one that plans only to read."
  }

  validation {
    condition     = alltrue([for name in keys(var.spec.workloads) : can(regex("^[a-z]([a-z0-9-]*[a-z0-9])?$", name))])
    error_message = "A name in spec.workloads is lower-case letters, digits and hyphens, starts with a letter and does not end with a hyphen."
  }

  validation {
    condition     = alltrue([for workload in values(var.spec.workloads) : contains(["control", "execution"], workload.plane)])
    error_message = "spec.workloads[*].plane must be control or execution."
  }

  validation {
    condition = length(distinct([for workload in values(var.spec.workloads) : "${workload.namespace}/${workload.service_account}"])) == length(var.spec.workloads) && alltrue([
      for workload in values(var.spec.workloads) :
      !startswith(workload.namespace, "kube-") && alltrue([for name in [workload.namespace, workload.service_account] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    ])
    error_message = "spec.workloads[*] must have a service account of its own, in a namespace that is not one of Kubernetes' (kube-...), both valid names of Kubernetes."
  }

  validation {
    condition     = var.spec.boundary == null ? true : can(regex("^arn:aws:iam::[0-9]{12}:policy/", var.spec.boundary))
    error_message = "spec.boundary must be the ARN of an IAM policy."
  }
}

variable "network" {
  description = "Exports of the network component. The control plane is in its intra subnets, the nodes in its private ones."
  type = object({
    network_id         = string
    cidr               = string
    zones              = list(string)
    public_subnet_ids  = list(string)
    private_subnet_ids = list(string)
    intra_subnet_ids   = list(string)
    private_cidrs      = list(string)
    intra_cidrs        = list(string)
    egress_addresses   = list(string)
  })
  nullable = false

  validation {
    condition     = length(var.network.intra_subnet_ids) >= 2 && length(var.network.private_subnet_ids) >= 2
    error_message = "network needs intra and private subnets in two zones at least: EKS asks for them, and one zone is no place for nodes."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: cluster (Kubernetes Secrets and volumes) and logs."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = alltrue([for purpose in ["cluster", "logs"] : contains(keys(var.keys.ids), purpose)])
    error_message = "keys.ids must have the purposes cluster and logs."
  }
}

variable "grants" {
  description = "What components hand to workloads: component to access (or name of a secret) to IAM policy document."
  type        = map(map(string))
  nullable    = false

  validation {
    condition = alltrue(flatten([
      for workload in values(var.spec.workloads) : [for component, access in workload.uses : contains(keys(lookup(var.grants, component, {})), access)]
    ]))
    error_message = "grants lacks an access that spec.workloads[*].uses asks for: the component does not hand it out."
  }

  validation {
    condition = alltrue(flatten([
      for workload in values(var.spec.workloads) : [for secret in workload.secrets : var.spec.secret_store == null ? true : contains(keys(lookup(var.grants, var.spec.secret_store, {})), secret)]
    ]))
    error_message = "grants lacks a secret that spec.workloads[*].secrets asks for: spec.secret_store does not hand it out."
  }
}
