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

  validation {
    condition     = contains(["eu-west-par", "gra", "rbx", "sbg"], var.context.region)
    error_message = "Keys are made for eu-west-par, gra, rbx and sbg: OVHcloud documents no key management service in Germany or Poland, and keys do not leave the country of their data."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the key management services and their keys."
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
  description = "One key per purpose: how often its material rotates, how long a deletion can be called off, and whether the replica region needs one too."
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
    condition     = alltrue([for purpose in keys(var.spec.purposes) : contains(["database", "objects", "secrets", "logs", "cluster", "registry", "backup"], purpose)])
    error_message = "spec.purposes knows database, objects, secrets, logs, cluster, registry and backup."
  }

  validation {
    condition     = var.context.replica_region != null || !anytrue([for key in values(var.spec.purposes) : key.replica])
    error_message = "A key for the replica region needs context.replica_region."
  }

  validation {
    condition     = !anytrue([for key in values(var.spec.purposes) : key.distribution])
    error_message = "distribution is for providers with a content delivery network; OVHcloud's Public Cloud has none."
  }
}
