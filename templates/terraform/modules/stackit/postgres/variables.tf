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
  description = "What the database is: major version, databases, size, availability and backups. The retention of logs is taken and not used: the provider has no argument for it."
  type = object({
    major     = number
    databases = list(string)
    size = object({
      flavor          = string
      storage_class   = string
      storage_gib     = number
      max_storage_gib = number
    })
    high_availability = bool
    pitr_days         = number
    backup_copy       = bool
    connections       = optional(number)
    log_days          = number
    parameters        = map(string)
  })
  nullable = false

  validation {
    condition     = var.spec.major >= 14 && var.spec.major <= 18 && floor(var.spec.major) == var.spec.major
    error_message = "spec.major must be a major version from 14 to 18."
  }

  validation {
    condition     = length(var.spec.databases) > 0 && length(distinct(var.spec.databases)) == length(var.spec.databases)
    error_message = "spec.databases needs at least one name, and no name twice."
  }

  validation {
    condition = alltrue([
      for name in var.spec.databases :
      can(regex("^[a-z][a-z0-9_]{0,62}$", name)) && !contains(["postgres", "stackit", "template0", "template1"], name)
    ])
    error_message = "A name in spec.databases is 1 to 63 lower-case letters, digits and underscores, starts with a letter and is not one of postgres, stackit, template0, template1."
  }

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+$", var.spec.size.flavor))
    error_message = "spec.size.flavor must be processors and memory, such as 4.8; whether it is replicated is said by spec.high_availability."
  }

  validation {
    condition     = can(regex("^premium-perf[0-9]+-stackit$", var.spec.size.storage_class))
    error_message = "spec.size.storage_class must look like premium-perf2-stackit."
  }

  validation {
    condition     = var.spec.size.storage_gib >= 5 && floor(var.spec.size.storage_gib) == var.spec.size.storage_gib && var.spec.size.max_storage_gib >= var.spec.size.storage_gib
    error_message = "spec.size.storage_gib must be a whole number of at least 5, and no larger than max_storage_gib."
  }

  validation {
    condition     = var.spec.pitr_days >= 1 && var.spec.pitr_days <= 90 && floor(var.spec.pitr_days) == var.spec.pitr_days
    error_message = "spec.pitr_days must be from 1 to 90: STACKIT keeps backups for 32 to 90 days, so fewer days are 32."
  }

  validation {
    condition     = !var.context.protected || var.spec.pitr_days >= 7
    error_message = "spec.pitr_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = var.context.tier != "production" || var.spec.high_availability
    error_message = "spec.high_availability must be on in production: the vendor advises three nodes there."
  }

  validation {
    condition     = !var.spec.backup_copy
    error_message = "spec.backup_copy must be false: STACKIT copies no backup to another region."
  }

  validation {
    condition     = var.spec.connections == null && length(var.spec.parameters) == 0
    error_message = "spec.connections and spec.parameters must be left out: STACKIT lets nobody set parameters."
  }
}

variable "network" {
  description = "Exports of the network component. Its addresses, and no others, reach the database."
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
  description = "Exports of the keys component. Used: database."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = length(split(",", lookup(var.keys.ids, "database", ""))) == 4
    error_message = "keys.ids must have the purpose database, as <project>,<region>,<key ring>,<key>: a key of STACKIT."
  }
}
