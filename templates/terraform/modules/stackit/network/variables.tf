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
  description = "Name of the component in the stack; part of the name of the security group."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Labels of every resource that takes labels: whose it is, what for, and who pays, as STACKIT's provider has no default labels."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }

  validation {
    condition     = alltrue([for value in values(var.tags) : can(regex("^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$", value))])
    error_message = "A value in tags must be at most 63 letters, digits, hyphens, underscores and dots, with a letter or digit at both ends: STACKIT takes no other labels. Write cost_centre of the stack like that."
  }
}

variable "spec" {
  description = "Address range, zones of what is put into the network, and which way out is open. How many gateways, flow logs and private endpoints are taken and not used: STACKIT offers none."
  type = object({
    cidr              = string
    zones             = list(string)
    nat               = string
    flow_log_days     = number
    private_endpoints = bool
    egress = object({
      mode = string
      hosts = list(object({
        host = string
        port = number
        why  = string
      }))
    })
  })
  nullable = false

  validation {
    condition     = can(cidrnetmask(var.spec.cidr)) && can(regex("/([89]|1[0-9]|2[0-9])$", var.spec.cidr))
    error_message = "spec.cidr must be an IPv4 range from /8 to /29, the sizes of a STACKIT network, such as 10.20.0.0/16."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.spec.cidr)) && try(cidrhost(var.spec.cidr, 0) == split("/", var.spec.cidr)[0], false)
    error_message = "spec.cidr must be private (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) and be written with its first address."
  }

  validation {
    condition     = length(var.spec.zones) == 3 && length(distinct(var.spec.zones)) == 3
    error_message = "spec.zones must name three different zones."
  }

  validation {
    condition     = alltrue([for zone in var.spec.zones : can(regex("^${var.context.region}-[0-9]$", zone))])
    error_message = "spec.zones must be zones of context.region, such as eu01-1."
  }

  validation {
    condition     = contains(["per_zone", "single"], var.spec.nat)
    error_message = "spec.nat must be per_zone or single."
  }

  validation {
    condition     = contains(["open", "allowlist"], var.spec.egress.mode)
    error_message = "spec.egress.mode must be open or allowlist."
  }

  validation {
    condition     = var.spec.egress.mode == "open" || length(var.spec.egress.hosts) > 0
    error_message = "An allowlist needs at least one host."
  }

  validation {
    condition = alltrue([
      for host in var.spec.egress.hosts :
      can(regex("^\\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", host.host)) || can(cidrhost(host.host, 0)) || can(cidrhost("${host.host}/32", 0))
    ])
    error_message = "A host is an IPv4 address, an IPv4 range, or a lower-case DNS name without wildcard."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : !endswith(host.host, "/0")])
    error_message = "A range of /0 is no allowlist: say mode = open."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : host.port >= 1 && host.port <= 65535 && floor(host.port) == host.port])
    error_message = "A host's port must be from 1 to 65535."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : trimspace(host.why) != "" && length(host.why) <= 127])
    error_message = "Each host needs a reason (why) of at most 127 characters: a list that nobody can explain is never shortened."
  }
}
