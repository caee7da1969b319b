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
  description = "Name of the component in the stack; part of the name of the zone."
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
  description = "What is published: the zone and its hosts. The rate limit and the retention of logs are taken and not used: traffic is handled in the cluster."
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
    condition     = alltrue([for label in keys(var.spec.hosts) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", label))])
    error_message = "A name in spec.hosts is one label of a domain name: lower-case letters, digits and hyphens."
  }

  validation {
    condition     = !contains(keys(var.spec.hosts), "ingress")
    error_message = "spec.hosts must not have ingress: that is the name of the address itself."
  }

  validation {
    condition     = var.spec.distribution == null
    error_message = "spec.distribution must be left out: STACKIT's distributions sign no addresses, so everybody could read what is behind one."
  }
}
