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
  description = "Name of the component in the stack; part of the names of the bucket and its credentials group."
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
  description = "What the bucket is. Write-once retention is the provider's; versions of a plain bucket, lifecycle and origins of browsers are taken and not used, as the provider has no arguments for them."
  type = object({
    versioning = bool
    worm = optional(object({
      mode        = string
      retain_days = number
      legal_hold  = bool
    }))
    noncurrent_days = number
    expire_days     = optional(number)
    tiers = list(object({
      after_days = number
      class      = string
    }))
    replicate    = bool
    cors_origins = list(string)
    distribution = optional(bool, false)
  })
  nullable = false

  validation {
    condition     = var.spec.worm == null || var.spec.versioning
    error_message = "spec.worm needs spec.versioning: Object Lock protects versions."
  }

  validation {
    condition     = var.spec.worm != null || !var.spec.versioning
    error_message = "spec.versioning must be false without spec.worm: the provider switches versions on for write-once buckets alone, and what is overwritten elsewhere is lost."
  }

  validation {
    condition     = var.spec.worm == null ? true : contains(["compliance", "governance"], var.spec.worm.mode)
    error_message = "spec.worm.mode must be compliance or governance."
  }

  validation {
    condition     = var.spec.worm == null ? true : var.spec.worm.retain_days >= 1 && var.spec.worm.retain_days <= 365 && floor(var.spec.worm.retain_days) == var.spec.worm.retain_days
    error_message = "spec.worm.retain_days must be a whole number from 1 to 365: STACKIT locks an object for 365 days at most, and evidence that has to be kept for longer would be open to deletion afterwards. Keep it at another provider."
  }

  validation {
    condition     = !var.spec.replicate
    error_message = "spec.replicate must be false: STACKIT copies no bucket to another region."
  }

  validation {
    condition     = !var.spec.distribution
    error_message = "spec.distribution must be false: no module here makes a distribution."
  }
}
