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
  description = "What is published: the zone, its hosts and their workloads. rate_limit and log_days have nothing to set at Scaleway."
  type = object({
    domain = string
    hosts = map(object({
      workload = string
      port     = number
      health   = string
    }))
    rate_limit = number
    log_days   = number
    distribution = optional(object({
      signing_keys = map(string)
      price_class  = string
      buckets = map(object({
        bucket = string
        region = string
        arn    = string
      }))
      max_age_days = number
    }))
  })
  nullable = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.spec.domain)) && length(coalesce(var.spec.domain, "-")) <= 190
    error_message = "spec.domain must be a domain name in lower case without a dot at the end, such as dev.control-plane.example.org."
  }

  validation {
    condition     = length(var.spec.hosts) > 0 && length(var.spec.hosts) <= 50 && alltrue([for label in keys(var.spec.hosts) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", label))])
    error_message = "spec.hosts needs 1 to 50 names, each one label of a domain name: lower-case letters, digits and hyphens. One certificate covers them all."
  }

  validation {
    condition     = alltrue([for host in values(var.spec.hosts) : host.port >= 1024 && host.port <= 65535 && floor(host.port) == host.port])
    error_message = "spec.hosts[*].port must be from 1024 to 65535: workloads do not run as root."
  }

  validation {
    condition     = alltrue([for host in values(var.spec.hosts) : can(regex("^/[!-~]*$", host.health))])
    error_message = "spec.hosts[*].health must be a path that begins with a slash."
  }

  validation {
    condition     = var.spec.distribution == null
    error_message = "spec.distribution is not to be had at Scaleway: its Edge Services sign no addresses, so whoever knows one could read."
  }
}

variable "network" {
  description = "Exports of the network component. The load balancer is on its first private network."
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
    condition     = length(var.network.private_subnet_ids) >= 1 && anytrue([for zone in var.network.zones : zone != "fr-par-3"])
    error_message = "network needs a private network, and a zone besides fr-par-3: Scaleway offers no load balancer there."
  }
}
