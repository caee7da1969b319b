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
  description = "Name of the component in the stack; part of the aliases of the keys."
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
  description = "One key per purpose: how often its material rotates, how long a deletion can be called off, whether the replica region needs it too, and whether CloudFront reads objects under it."
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
    error_message = "spec.purposes knows database, objects, secrets, logs, cluster, registry and backup: each has a key policy of its own, so another purpose needs one first."
  }

  validation {
    condition     = alltrue([for key in values(var.spec.purposes) : key.rotation_days >= 90 && key.rotation_days <= 2560 && floor(key.rotation_days) == key.rotation_days])
    error_message = "rotation_days must be a whole number from 90 to 2560, the range of KMS."
  }

  validation {
    condition     = alltrue([for key in values(var.spec.purposes) : key.deletion_days >= 7 && key.deletion_days <= 30 && floor(key.deletion_days) == key.deletion_days])
    error_message = "deletion_days must be a whole number from 7 to 30, the range of KMS."
  }

  validation {
    condition     = !var.context.protected || alltrue([for key in values(var.spec.purposes) : key.deletion_days == 30])
    error_message = "deletion_days must be 30 in a protected environment: a deleted key takes its data with it."
  }

  validation {
    condition     = alltrue([for purpose, key in var.spec.purposes : !key.distribution || purpose == "objects"])
    error_message = "distribution is for the purpose objects only: CloudFront reads buckets, nothing else."
  }
}
