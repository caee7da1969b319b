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
    condition     = can(regex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", var.context.account))
    error_message = "context.account must be the id of a STACKIT project, a UUID in lower case."
  }

  validation {
    condition     = can(regex("^[a-z]{2}[0-9]{2}$", var.context.region))
    error_message = "context.region must be a region of STACKIT, such as eu01."
  }

  validation {
    condition     = var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; goes into the name of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of the root and of the component. STACKIT takes no labels on what this module makes."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "What the cluster is: Kubernetes version, who reaches its API, and its node groups. The workloads get an identity each. Logs are taken and not used: the provider has no argument for them."
  type = object({
    version         = string
    log_days        = number
    public_endpoint = bool
    public_cidrs    = optional(list(string), [])
    node_groups = map(object({
      machine_type = string
      volume_type  = string
      capacity     = string
      min          = number
      desired      = number
      max          = number
      disk_gib     = number
      labels       = map(string)
      taints       = map(string)
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
  })
  nullable = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.spec.version))
    error_message = "spec.version must be a minor version of Kubernetes, such as 1.35."
  }

  validation {
    condition     = !var.spec.public_endpoint || var.context.tier == "development"
    error_message = "spec.public_endpoint is for development only: elsewhere no address but the network's own reaches the API."
  }

  validation {
    condition     = !var.spec.public_endpoint || length(var.spec.public_cidrs) > 0
    error_message = "spec.public_endpoint needs spec.public_cidrs: the access list names who reaches the API."
  }

  validation {
    condition     = alltrue([for cidr in var.spec.public_cidrs : can(cidrhost(cidr, 0)) && can(regex("/(1[6-9]|2[0-9]|3[0-2])$", cidr))])
    error_message = "spec.public_cidrs must be IPv4 networks of /16 or smaller."
  }

  validation {
    condition     = length(var.spec.node_groups) > 0 && alltrue([for name in keys(var.spec.node_groups) : can(regex("^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$", name))])
    error_message = "spec.node_groups needs one group at least; a name is 1 to 15 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = anytrue([for group in values(var.spec.node_groups) : length(group.taints) == 0])
    error_message = "spec.node_groups needs a group without taints: system pods such as CoreDNS have to run somewhere."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : can(regex("^[a-z][0-9]+[a-z]?\\.[0-9]+d?(\\.g[0-9]+)?$", group.machine_type))])
    error_message = "spec.node_groups[*].machine_type must look like g2i.4."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : can(regex("^storage_premium_perf[0-9]+$", group.volume_type))])
    error_message = "spec.node_groups[*].volume_type must look like storage_premium_perf6."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.capacity == "on_demand"])
    error_message = "spec.node_groups[*].capacity must be on_demand: STACKIT sells no spare capacity."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.min >= 0 && group.min <= group.desired && group.desired <= group.max && group.max >= 1 && group.max <= 1000])
    error_message = "spec.node_groups[*] must have 0 <= min <= desired <= max, and max from 1 to 1000."
  }

  validation {
    condition     = alltrue(flatten([for group in values(var.spec.node_groups) : [for number in [group.min, group.desired, group.max] : floor(number) == number]]))
    error_message = "spec.node_groups[*].min, desired and max must be whole numbers."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.disk_gib >= 20 && group.disk_gib <= 16384 && floor(group.disk_gib) == group.disk_gib])
    error_message = "spec.node_groups[*].disk_gib must be a whole number from 20 to 16384: images and logs need room."
  }

  validation {
    condition     = length(var.spec.addons) == 0
    error_message = "spec.addons must be empty: the service installs what a cluster needs itself, in its own versions."
  }

  validation {
    condition     = length(var.spec.admins) == 0
    error_message = "spec.admins must be empty: who administers clusters is decided by roles in the project."
  }

  validation {
    condition     = alltrue([for name in keys(var.spec.workloads) : can(regex("^[a-z](-?[a-z0-9])*$", name))])
    error_message = "A name in spec.workloads is lower-case letters, digits and single hyphens, starts with a letter and does not end with a hyphen."
  }

  validation {
    condition = length(distinct([for workload in values(var.spec.workloads) : "${workload.namespace}/${workload.service_account}"])) == length(var.spec.workloads) && alltrue([
      for workload in values(var.spec.workloads) :
      !startswith(workload.namespace, "kube-") && alltrue([for name in [workload.namespace, workload.service_account] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    ])
    error_message = "spec.workloads[*] must have a service account of its own, in a namespace that is not one of Kubernetes' (kube-...), both valid names of Kubernetes."
  }
}

variable "network" {
  description = "Exports of the network component. The nodes are in it; its own addresses reach the API."
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
    condition     = length(var.network.zones) > 0
    error_message = "network.zones needs one zone at least: nodes have to be somewhere."
  }
}
