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
    error_message = "context.account must be the id of a Scaleway project, a UUID in lower case."
  }

  validation {
    condition     = contains(["fr-par", "nl-ams", "pl-waw"], var.context.region)
    error_message = "context.region must be fr-par, nl-ams or pl-waw."
  }

  validation {
    condition     = var.context.replica_region == null ? true : contains(["fr-par", "nl-ams", "pl-waw"], var.context.replica_region)
    error_message = "context.replica_region must be fr-par, nl-ams or pl-waw, or null where nothing is copied."
  }

  validation {
    condition     = var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of what the module makes."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of every taggable resource: whose it is, what for, and who pays, as Scaleway's provider has no default tags."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "What the cluster is: Kubernetes version, who reaches its API, and its node groups. workloads and secret_store have nothing to set at Scaleway; log_days is that of telemetry."
  type = object({
    version         = string
    log_days        = number
    public_endpoint = bool
    public_cidrs    = optional(list(string), [])
    node_groups = map(object({
      node_type = string
      capacity  = string
      min       = number
      desired   = number
      max       = number
      disk_gib  = number
      labels    = map(string)
      taints    = map(string)
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
    condition     = length(var.spec.addons) == 1 && can(regex("^1\\.[0-9]{2}\\.[0-9]+$", lookup(var.spec.addons, "kubernetes", ""))) && startswith(lookup(var.spec.addons, "kubernetes", ""), "${var.spec.version}.")
    error_message = "spec.addons must name the exact version of Kubernetes and nothing else, such as { kubernetes = 1.35.3 } for 1.35: a cluster that is not upgraded by itself is made at a patch version."
  }

  validation {
    condition     = !var.spec.public_endpoint || var.context.tier == "development"
    error_message = "spec.public_endpoint is for development only: elsewhere the API answers the cluster's own network alone."
  }

  validation {
    condition     = !var.spec.public_endpoint || length(var.spec.public_cidrs) > 0
    error_message = "spec.public_endpoint needs spec.public_cidrs: the API is not open to everybody."
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
    condition     = alltrue([for group in values(var.spec.node_groups) : can(regex("^[A-Z0-9]+(-[A-Z0-9]+)+$", group.node_type)) && !contains(["DEV1-S", "PLAY2-PICO", "STARDUST1-S"], group.node_type)])
    error_message = "spec.node_groups[*].node_type must be a type of Instance such as POP2-4C-16G, and one with memory enough for a node."
  }

  validation {
    condition     = alltrue([for group in values(var.spec.node_groups) : group.capacity == "on_demand"])
    error_message = "spec.node_groups[*].capacity must be on_demand: Scaleway sells no nodes that it may take back."
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
    condition     = alltrue([for group in values(var.spec.node_groups) : group.disk_gib >= 20 && group.disk_gib <= 10000])
    error_message = "spec.node_groups[*].disk_gib must be from 20 to 10000: Scaleway makes no smaller system volume."
  }

  validation {
    condition     = length(var.spec.admins) == 0
    error_message = "spec.admins must be empty: who administers a cluster is said by IAM (KubernetesSystemMastersGroupAccess) and by roles in the cluster, not here."
  }
}

variable "network" {
  description = "Exports of the network component. Nodes are in its first private network, in all its zones; the API answers its egress addresses."
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
    condition     = length(var.network.private_subnet_ids) >= 1 && length(var.network.zones) >= 1
    error_message = "network needs a private network and a zone at least."
  }

  validation {
    condition     = length(var.network.egress_addresses) >= 1
    error_message = "network.egress_addresses must not be empty: nodes without public addresses reach the control plane through a Public Gateway."
  }
}
