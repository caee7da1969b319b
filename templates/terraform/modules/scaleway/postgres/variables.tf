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
  description = "What the database is: major version, databases, size, availability, backups, logs and parameters. pitr_days is for how many days the daily backups are kept."
  type = object({
    major     = number
    databases = list(string)
    size = object({
      node_type       = string
      storage_gib     = number
      max_storage_gib = optional(number)
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
    condition     = var.spec.major >= 14 && var.spec.major <= 17 && floor(var.spec.major) == var.spec.major
    error_message = "spec.major must be a major version from 14 to 17."
  }

  validation {
    condition     = length(var.spec.databases) > 0 && length(distinct(var.spec.databases)) == length(var.spec.databases)
    error_message = "spec.databases needs at least one name, and no name twice."
  }

  validation {
    condition = alltrue([
      for name in var.spec.databases :
      can(regex("^[a-z][a-z0-9_]{0,62}$", name)) && !contains(["postgres", "rdb", "template0", "template1"], name)
    ])
    error_message = "A name in spec.databases is 1 to 63 lower-case letters, digits and underscores, starts with a letter and is not one of postgres, rdb, template0, template1."
  }

  validation {
    condition     = can(regex("^DB-[A-Z0-9]+(-[A-Z0-9]+)+$", var.spec.size.node_type)) && !startswith(var.spec.size.node_type, "DB-DEV-")
    error_message = "spec.size.node_type must look like DB-POP2-4C-16G, and not be a DB-DEV type: those keep data on the node itself."
  }

  validation {
    condition     = var.spec.size.storage_gib >= 10 && var.spec.size.storage_gib <= 10000 && var.spec.size.storage_gib % 5 == 0
    error_message = "spec.size.storage_gib must be from 10 to 10000, in steps of 5."
  }

  validation {
    condition     = var.spec.pitr_days >= 1 && var.spec.pitr_days <= 365 && floor(var.spec.pitr_days) == var.spec.pitr_days
    error_message = "spec.pitr_days must be a whole number from 1 to 365; 0 would switch backups off."
  }

  validation {
    condition     = !var.context.protected || var.spec.pitr_days >= 7
    error_message = "spec.pitr_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = var.spec.connections == null ? true : var.spec.connections >= 20 && floor(var.spec.connections) == var.spec.connections
    error_message = "spec.connections must be a whole number from 20; leave it out for the value that goes with the type of node."
  }

  validation {
    condition     = var.spec.log_days >= 1 && floor(var.spec.log_days) == var.spec.log_days
    error_message = "spec.log_days must be a whole number from 1."
  }

  validation {
    condition     = !contains(keys(var.spec.parameters), "max_connections")
    error_message = "spec.parameters must not set max_connections, which is spec.connections."
  }
}

variable "network" {
  description = "Exports of the network component. The database is in its first private network."
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

  validation {
    condition     = length(var.network.private_subnet_ids) >= 1 && length(var.network.private_cidrs) >= 1
    error_message = "network needs a private network: without one the database would be put on the internet."
  }
}
