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
    condition     = can(regex("^[0-9a-f]{32}$", var.context.account))
    error_message = "context.account must be the id of a Public Cloud project: 32 hexadecimal digits."
  }

  validation {
    condition     = contains(["de", "eu-west-par", "gra", "rbx", "sbg", "waw"], var.context.region) && contains(["de", "eu-west-par", "gra", "rbx", "sbg", "waw"], coalesce(var.context.replica_region, var.context.region))
    error_message = "context.region and replica_region must be regions of OVHcloud in the EU, spelled as the S3 API does: de, eu-west-par, gra, rbx, sbg or waw."
  }

  validation {
    condition     = var.context.replica_region == null ? true : var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the cluster and its node pools."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of every taggable resource: whose it is, what for, and who pays, as OVHcloud's provider has no default tags."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "What the cluster is: Kubernetes version, who reaches its API, node groups, and the workloads that run in it."
  type = object({
    version         = string
    log_days        = number
    public_endpoint = bool
    public_cidrs    = optional(list(string), [])
    node_groups = map(object({
      flavor   = string
      capacity = string
      min      = number
      desired  = number
      max      = number
      labels   = map(string)
      taints   = map(string)
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
    error_message = "spec.version must be a minor version of Kubernetes, such as 1.34."
  }

  validation {
    condition     = !var.spec.public_endpoint || var.context.tier == "development"
    error_message = "spec.public_endpoint is for development only: elsewhere the API answers the private network alone."
  }

  validation {
    condition     = var.spec.public_endpoint == (length(var.spec.public_cidrs) > 0)
    error_message = "spec.public_endpoint and spec.public_cidrs need each other: the ranges say who may reach the API from outside."
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
    condition     = alltrue([for group in values(var.spec.node_groups) : can(regex("^[a-z][a-z0-9]*-[0-9]+(-flex)?$", group.flavor))])
    error_message = "spec.node_groups[*].flavor must be a flavor of Public Cloud instances, such as b3-8."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.capacity == "on_demand"])
    error_message = "spec.node_groups[*].capacity must be on_demand: OVHcloud has no spot capacity."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.min >= 0 && group.min <= group.desired && group.desired <= group.max && group.max >= 1])
    error_message = "spec.node_groups[*] must have 0 <= min <= desired <= max, and max of 1 at least."
  }

  validation {
    condition     = alltrue(flatten([for group in values(var.spec.node_groups) : [for number in [group.min, group.desired, group.max] : floor(number) == number]]))
    error_message = "spec.node_groups[*].min, desired and max must be whole numbers."
  }

  validation {
    condition     = length(var.spec.admins) == 0
    error_message = "spec.admins must be empty: OVHcloud's IAM gives nobody access inside a cluster; bind people with RBAC."
  }

  validation {
    condition     = alltrue([for workload in values(var.spec.workloads) : contains(["control", "execution"], workload.plane)])
    error_message = "spec.workloads[*].plane must be control or execution."
  }
}

variable "network" {
  description = "Exports of the network component. Nodes and load balancers are in its private subnet, and the API admits the gateway's addresses."
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
    condition     = length(var.network.private_subnet_ids) > 0
    error_message = "network.private_subnet_ids must not be empty: nodes live there."
  }

  validation {
    condition     = length(var.network.egress_addresses) > 0
    error_message = "network.egress_addresses must not be empty: nodes reach the API from there, and an API without a list of addresses is open to everybody."
  }

  validation {
    condition     = contains([1, 3], length(var.network.zones))
    error_message = "network.zones must name one Public Cloud region or three zones."
  }
}
