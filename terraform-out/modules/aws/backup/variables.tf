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
    condition     = can(regex("^[0-9]{12}$", var.context.account))
    error_message = "context.account must be the 12 digits of an AWS account."
  }

  validation {
    condition     = var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the vaults, the plan and the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of every taggable resource: component and data_class. The provider's default_tags add the rest."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "data_class"] : contains(keys(var.tags), key)])
    error_message = "tags must contain component and data_class."
  }
}

variable "spec" {
  description = "When backups are taken (UTC), how long they are kept, whether the vaults are locked, and whether the replica region has copies. The role takes the permission boundary."
  type = object({
    schedule    = string
    retain_days = number
    lock = object({
      enabled    = bool
      min_days   = number
      max_days   = number
      grace_days = number
    })
    copy     = bool
    boundary = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^cron\\([^ ()]+( [^ ()]+){5}\\)$", var.spec.schedule))
    error_message = "spec.schedule must be an AWS cron expression of six fields, such as cron(30 4 * * ? *)."
  }

  validation {
    condition     = var.spec.retain_days >= 1 && var.spec.retain_days <= 36500 && floor(var.spec.retain_days) == var.spec.retain_days
    error_message = "spec.retain_days must be a whole number from 1 to 36500."
  }

  validation {
    condition     = !var.context.protected || var.spec.retain_days >= 7
    error_message = "spec.retain_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = !var.spec.lock.enabled || (var.spec.lock.min_days >= 1 && var.spec.lock.max_days <= 36500 && var.spec.lock.min_days <= var.spec.lock.max_days)
    error_message = "spec.lock.min_days and max_days must be from 1 to 36500, min_days not above max_days."
  }

  validation {
    condition     = !var.spec.lock.enabled || (var.spec.retain_days >= var.spec.lock.min_days && var.spec.retain_days <= var.spec.lock.max_days)
    error_message = "spec.retain_days must lie between spec.lock.min_days and max_days: a locked vault refuses every other backup."
  }

  validation {
    condition     = !var.spec.lock.enabled || (var.spec.lock.grace_days >= 3 && var.spec.lock.grace_days <= 36500)
    error_message = "spec.lock.grace_days must be from 3 to 36500: AWS gives three days at least to take a lock back."
  }

  validation {
    condition     = var.spec.boundary == null ? true : can(regex("^arn:aws:iam::[0-9]{12}:policy/", var.spec.boundary))
    error_message = "spec.boundary must be the ARN of an IAM policy."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: backup, and its replica when backups are copied."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = contains(keys(var.keys.ids), "backup")
    error_message = "keys.ids must have the purpose backup."
  }

  validation {
    condition     = !var.spec.copy || contains(keys(var.keys.replica_ids), "backup")
    error_message = "spec.copy needs a replica of the backup key: set replica = true for that purpose."
  }
}
