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
  description = "Says whose the namespace is. Namespaces take no tags."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "What the registry holds: its repositories. keep_images and untagged_days have nothing to set at Scaleway."
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
    condition     = alltrue([for name in var.spec.repositories : can(regex("^${var.context.stack}/[a-z0-9]+([._-][a-z0-9]+)*$", name)) && length(name) <= 256])
    error_message = "A name in spec.repositories is the stack's name, a slash, and lower-case letters and digits joined by single dots, hyphens and underscores: images lie in one namespace, side by side."
  }

  validation {
    condition     = var.spec.keep_images >= 1 && floor(var.spec.keep_images) == var.spec.keep_images
    error_message = "spec.keep_images must be a whole number from 1."
  }

  validation {
    condition     = !var.context.protected || var.spec.keep_images >= 20
    error_message = "spec.keep_images must be at least 20 in a protected environment: an image that runs or is rolled back to must still be there."
  }

  validation {
    condition     = var.spec.untagged_days >= 1 && floor(var.spec.untagged_days) == var.spec.untagged_days
    error_message = "spec.untagged_days must be a whole number from 1."
  }
}
