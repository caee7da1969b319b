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
  description = "What the bucket is: versions, write-once retention, lifecycle, and origins of browsers."
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
    condition     = var.spec.worm == null ? true : contains(["compliance", "governance"], var.spec.worm.mode)
    error_message = "spec.worm.mode must be compliance or governance."
  }

  validation {
    condition     = var.spec.worm == null ? true : var.context.tier == "development" || var.spec.worm.mode == "compliance"
    error_message = "spec.worm.mode must be compliance outside development: at Scaleway everybody with rights on the bucket can alter the settings of a governance lock."
  }

  validation {
    condition     = var.spec.worm == null ? true : var.spec.worm.retain_days >= 1 && var.spec.worm.retain_days <= 36500 && floor(var.spec.worm.retain_days) == var.spec.worm.retain_days
    error_message = "spec.worm.retain_days must be a whole number from 1 to 36500."
  }

  validation {
    condition     = var.spec.noncurrent_days >= 1 && floor(var.spec.noncurrent_days) == var.spec.noncurrent_days
    error_message = "spec.noncurrent_days must be a whole number of at least 1."
  }

  validation {
    condition     = var.spec.expire_days == null ? true : var.spec.expire_days >= 1 && floor(var.spec.expire_days) == var.spec.expire_days
    error_message = "spec.expire_days must be a whole number of at least 1; leave it out to keep objects."
  }

  validation {
    condition     = var.spec.worm == null || var.spec.expire_days == null ? true : var.spec.expire_days >= var.spec.worm.retain_days
    error_message = "spec.expire_days must not be shorter than spec.worm.retain_days: the lock would refuse the removal."
  }

  validation {
    condition     = alltrue([for tier in var.spec.tiers : contains(["warm", "cold", "frozen"], tier.class)])
    error_message = "A class in spec.tiers must be warm, cold or frozen."
  }

  validation {
    condition = alltrue([
      for position, tier in var.spec.tiers :
      position == 0 ? true : (
        tier.after_days > var.spec.tiers[position - 1].after_days &&
        try(index(["warm", "cold", "frozen"], tier.class) > index(["warm", "cold", "frozen"], var.spec.tiers[position - 1].class), false)
      )
    ])
    error_message = "spec.tiers must go from warm to cold to frozen, each later than the one before."
  }

  validation {
    condition     = alltrue([for tier in var.spec.tiers : tier.after_days >= 1 && floor(tier.after_days) == tier.after_days])
    error_message = "after_days in spec.tiers must be a whole number of at least 1."
  }

  validation {
    condition     = var.spec.expire_days == null ? true : alltrue([for tier in var.spec.tiers : tier.after_days < var.spec.expire_days])
    error_message = "spec.expire_days must be later than every tier."
  }

  validation {
    condition     = alltrue([for origin in var.spec.cors_origins : can(regex("^(https://[a-z0-9.-]+(:[0-9]+)?|http://localhost(:[0-9]+)?)$", origin))])
    error_message = "An origin in spec.cors_origins is https://host or https://host:port, without path or wildcard; http://localhost is the one exception."
  }

  validation {
    condition     = var.context.tier == "development" || alltrue([for origin in var.spec.cors_origins : startswith(origin, "https://")])
    error_message = "spec.cors_origins must all be https outside development."
  }

  validation {
    condition     = !var.spec.distribution
    error_message = "spec.distribution is not to be had at Scaleway: its Edge Services sign no addresses, so whoever knows one could read."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: objects. Without them, where keys are made by somebody else, the module makes a key of its own."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  default = null

  validation {
    condition     = var.keys == null ? true : contains(keys(var.keys.ids), "objects")
    error_message = "keys.ids must have the purpose objects."
  }
}
