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
  description = "Name of the component in the stack; part of the names of the buckets that backups go to."
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
  description = "When backups are taken, how long they are kept, whether they are locked, and whether the replica region has copies."
  type = object({
    schedule    = string
    retain_days = number
    lock = object({
      enabled    = bool
      min_days   = number
      max_days   = number
      grace_days = number
    })
    copy = bool
  })
  nullable = false

  validation {
    condition     = var.spec.retain_days >= 1 && var.spec.retain_days <= 36500 && floor(var.spec.retain_days) == var.spec.retain_days
    error_message = "spec.retain_days must be a whole number from 1 to 36500: it becomes the period of the lock, which nobody else checks."
  }

  validation {
    condition     = !var.context.protected || var.spec.retain_days >= 7
    error_message = "spec.retain_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = !var.context.protected || var.spec.lock.enabled
    error_message = "spec.lock.enabled must be true in a protected environment: without a lock, whoever deletes the data deletes its backups too."
  }

  validation {
    condition     = !var.spec.lock.enabled || (var.spec.lock.min_days >= 1 && var.spec.lock.min_days <= var.spec.lock.max_days && var.spec.retain_days >= var.spec.lock.min_days && var.spec.retain_days <= var.spec.lock.max_days)
    error_message = "spec.retain_days must lie between spec.lock.min_days (1 at least) and max_days."
  }

  validation {
    condition     = !var.spec.copy || var.context.replica_region != null
    error_message = "spec.copy needs context.replica_region."
  }
}
