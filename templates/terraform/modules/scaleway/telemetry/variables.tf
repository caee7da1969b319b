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
  description = "Tags of the root and of the component. Sources take none."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "How long metrics, logs and traces are kept; logs and traces for 31 days at most."
  type = object({
    log_days = number
  })
  nullable = false

  validation {
    condition     = var.spec.log_days >= 1 && var.spec.log_days <= 365 && floor(var.spec.log_days) == var.spec.log_days
    error_message = "spec.log_days must be a whole number from 1 to 365."
  }
}
