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
    condition     = var.context.region != "rbx"
    error_message = "context.region must not be rbx: OVHcloud lists no databases there."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the database service."
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
  description = "What the database is: major version, databases, size, availability, backups, logs, parameters."
  type = object({
    major     = number
    databases = list(string)
    size = object({
      flavor          = string
      flavor_3az      = string
      storage_gib     = optional(number)
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
    error_message = "spec.major must be a major version from 14 to 17, those that OVHcloud lists."
  }

  validation {
    condition     = length(var.spec.databases) > 0 && length(distinct(var.spec.databases)) == length(var.spec.databases)
    error_message = "spec.databases needs at least one name, and no name twice."
  }

  validation {
    condition = alltrue([
      for name in var.spec.databases :
      can(regex("^[a-z][a-z0-9_]{0,62}$", name)) && !contains(["defaultdb", "postgres", "template0", "template1"], name)
    ])
    error_message = "A name in spec.databases is 1 to 63 lower-case letters, digits and underscores, starts with a letter and is not one of defaultdb, postgres, template0, template1."
  }

  validation {
    condition     = can(regex("^db1-[0-9]+$", var.spec.size.flavor)) && can(regex("^b3-[0-9]+$", var.spec.size.flavor_3az))
    error_message = "spec.size.flavor must look like db1-4, and flavor_3az, for the region with three zones, like b3-8."
  }

  validation {
    condition     = var.spec.size.storage_gib == null ? true : var.spec.size.storage_gib >= 1 && floor(var.spec.size.storage_gib) == var.spec.size.storage_gib
    error_message = "spec.size.storage_gib must be a whole number; leave it out for the flavor's own."
  }

  validation {
    condition     = var.spec.pitr_days >= 1 && var.spec.pitr_days <= 30 && floor(var.spec.pitr_days) == var.spec.pitr_days
    error_message = "spec.pitr_days must be from 1 to 30: the largest plan keeps backups for 30 days."
  }

  validation {
    condition     = !var.context.protected || var.spec.pitr_days >= 7
    error_message = "spec.pitr_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = !var.spec.backup_copy || !contains(["none", "rbx"], coalesce(var.context.replica_region, "none"))
    error_message = "spec.backup_copy needs context.replica_region, other than rbx, where OVHcloud lists no databases."
  }

  validation {
    condition     = var.spec.connections == null
    error_message = "spec.connections must be left out: OVHcloud derives it from the flavor's memory, about 100 for 4 GB."
  }

  validation {
    condition     = alltrue([for name in keys(var.spec.parameters) : can(regex("^[a-z][a-z0-9_.]*$", name))])
    error_message = "A name in spec.parameters is one of OVHcloud's advanced parameters, such as pg.log_min_duration_statement."
  }
}

variable "network" {
  description = "Exports of the network component. The database has addresses of its private subnet alone and admits its private ranges."
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
    condition     = length(var.network.private_subnet_ids) > 0
    error_message = "network.private_subnet_ids must not be empty: the database lives there."
  }

  validation {
    condition     = length(var.network.private_cidrs) > 0
    error_message = "network.private_cidrs must not be empty: nothing could reach the database."
  }
}
