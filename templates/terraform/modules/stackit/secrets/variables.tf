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
  description = "Name of the component in the stack; part of the names of the instance and of the account that uses its key."
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
  description = "The secrets by name: which fields the value has and what it is for. They are written by people or software, never from here; how long a deletion can be called off is taken and not used."
  type = object({
    names = map(object({
      keys    = list(string)
      purpose = string
    }))
    recovery_days = number
    replicate     = bool
  })
  nullable = false

  validation {
    condition     = length(var.spec.names) > 0
    error_message = "spec.names needs at least one secret."
  }

  validation {
    condition     = alltrue([for name in keys(var.spec.names) : can(regex("^[a-z0-9]+([_-][a-z0-9]+)*(/[a-z0-9]+([_-][a-z0-9]+)*)*$", name)) && length(name) <= 200])
    error_message = "A name in spec.names is parts of lower-case letters and digits, joined by hyphens or underscores, with slashes between parts; at most 200 characters. Example: api/signing."
  }

  validation {
    condition     = alltrue([for secret in values(var.spec.names) : length(secret.keys) > 0 && length(distinct(secret.keys)) == length(secret.keys) && alltrue([for key in secret.keys : can(regex("^[A-Za-z][A-Za-z0-9_.-]{0,62}$", key))])])
    error_message = "Every secret in spec.names needs at least one key and none twice; a key starts with a letter and has letters, digits, dots, underscores and hyphens."
  }

  validation {
    condition     = alltrue([for secret in values(var.spec.names) : length(trimspace(secret.purpose)) > 0 && length(secret.purpose) <= 500])
    error_message = "Every secret in spec.names needs a purpose of 1 to 500 characters: somebody has to know what to put there."
  }

  validation {
    condition     = !var.spec.replicate
    error_message = "spec.replicate must be false: an instance of Secrets Manager is in one region, and nothing copies it."
  }
}

variable "network" {
  description = "Exports of the network component. Its addresses, and no others, reach the secrets."
  type = object({
    network_id         = string
    cidr               = string
    zones              = list(string)
    public_subnet_ids  = list(string)
    private_subnet_ids = list(string)
    intra_subnet_ids   = list(string)
    private_cidrs      = list(string)
    intra_cidrs        = list(string)
    egress_addresses   = list(string)
  })
  nullable = false
}

variable "keys" {
  description = "Exports of the keys component. Used: secrets. Without them, where keys are made by somebody else, the module makes a key ring and a key of its own."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.keys == null ? true : length(split(",", lookup(var.keys.ids, "secrets", ""))) == 4
    error_message = "keys.ids must have the purpose secrets, as <project>,<region>,<key ring>,<key>."
  }
}
