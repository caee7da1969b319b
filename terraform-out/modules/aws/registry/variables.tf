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
  description = "Name of the component in the stack; part of no name in the registry, whose repositories carry their own."
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
  description = "What the registry holds: its repositories, how many images of each are kept, and how long those without a tag."
  type = object({
    repositories  = list(string)
    keep_images   = number
    untagged_days = number
  })
  nullable = false

  validation {
    condition     = length(distinct(var.spec.repositories)) == length(var.spec.repositories)
    error_message = "spec.repositories must not name a repository twice."
  }

  validation {
    condition     = alltrue([for name in var.spec.repositories : length(name) >= 2 && length(name) <= 256 && can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", name))])
    error_message = "A name in spec.repositories is 2 to 256 characters: lower-case letters and digits, joined by single dots, hyphens, underscores and slashes."
  }

  validation {
    condition     = alltrue([for name in var.spec.repositories : startswith(name, "${var.context.stack}/")])
    error_message = "A name in spec.repositories must start with the stack's name and a slash: the registry is shared by the account."
  }

  validation {
    condition     = var.spec.keep_images >= 1 && var.spec.keep_images <= 10000 && floor(var.spec.keep_images) == var.spec.keep_images
    error_message = "spec.keep_images must be from 1 to 10000."
  }

  validation {
    condition     = !var.context.protected || var.spec.keep_images >= 20
    error_message = "spec.keep_images must be at least 20 in a protected environment: an image that runs or is rolled back to must still be there."
  }

  validation {
    condition     = var.spec.untagged_days >= 1 && var.spec.untagged_days <= 365 && floor(var.spec.untagged_days) == var.spec.untagged_days
    error_message = "spec.untagged_days must be from 1 to 365."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: registry."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = contains(keys(var.keys.ids), "registry")
    error_message = "keys.ids must have the purpose registry."
  }
}
