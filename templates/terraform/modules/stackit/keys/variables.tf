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
  description = "Name of the component in the stack; part of the names of the key ring and its keys."
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
  description = "One key per purpose. How often its material rotates and how long a deletion can be called off are taken and not used: the provider has no arguments for them."
  type = object({
    purposes = map(object({
      rotation_days = number
      deletion_days = number
      replica       = bool
      distribution  = optional(bool, false)
    }))
  })
  nullable = false

  validation {
    condition     = length(var.spec.purposes) > 0
    error_message = "spec.purposes needs at least one purpose."
  }

  validation {
    condition = alltrue([
      for purpose in keys(var.spec.purposes) :
      contains(["database", "objects", "secrets", "logs", "cluster", "registry", "backup"], purpose)
    ])
    error_message = "spec.purposes knows database, objects, secrets, logs, cluster, registry and backup."
  }

  validation {
    condition     = !anytrue([for key in values(var.spec.purposes) : key.replica])
    error_message = "replica must be false: a key of STACKIT belongs to one region, so a copy elsewhere could not be read once the region is gone."
  }

  validation {
    condition     = alltrue([for purpose, key in var.spec.purposes : !key.distribution || purpose == "objects"])
    error_message = "distribution is for the purpose objects only."
  }
}
