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
  description = "Name of the component in the stack; part of the names of the database and what belongs to it."
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
  description = "What the database is: major version, databases, size, availability, backups, logs, parameters, and the permission boundary of its monitoring role."
  type = object({
    major     = number
    databases = list(string)
    size = object({
      instance_class  = string
      storage_gib     = number
      max_storage_gib = number
    })
    high_availability = bool
    pitr_days         = number
    backup_copy       = bool
    connections       = optional(number)
    log_days          = number
    parameters        = map(string)
    boundary          = optional(string)
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
      can(regex("^[a-z][a-z0-9_]{0,62}$", name)) && !contains(["postgres", "rdsadmin", "template0", "template1"], name)
    ])
    error_message = "A name in spec.databases is 1 to 63 lower-case letters, digits and underscores, starts with a letter and is not one of postgres, rdsadmin, template0, template1."
  }

  validation {
    condition     = can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.spec.size.instance_class))
    error_message = "spec.size.instance_class must look like db.m7g.large."
  }

  validation {
    condition     = var.spec.size.storage_gib >= 20 && var.spec.size.storage_gib <= 65536 && floor(var.spec.size.storage_gib) == var.spec.size.storage_gib
    error_message = "spec.size.storage_gib must be a whole number from 20 to 65536, the range of gp3."
  }

  validation {
    condition = (
      var.spec.size.max_storage_gib == var.spec.size.storage_gib ||
      (var.spec.size.max_storage_gib >= var.spec.size.storage_gib * 1.1 && var.spec.size.max_storage_gib <= 65536 && floor(var.spec.size.max_storage_gib) == var.spec.size.max_storage_gib)
    )
    error_message = "spec.size.max_storage_gib must equal storage_gib (the volume does not grow) or exceed it by a tenth at least, a whole number up to 65536."
  }

  validation {
    condition     = var.spec.pitr_days >= 1 && var.spec.pitr_days <= 35 && floor(var.spec.pitr_days) == var.spec.pitr_days
    error_message = "spec.pitr_days must be from 1 to 35; 0 would switch backups off."
  }

  validation {
    condition     = !var.context.protected || var.spec.pitr_days >= 7
    error_message = "spec.pitr_days must be at least 7 in a protected environment."
  }

  validation {
    condition     = var.spec.connections == null ? true : var.spec.connections >= 20 && var.spec.connections <= 8388607 && floor(var.spec.connections) == var.spec.connections
    error_message = "spec.connections must be a whole number from 20 to 8388607; leave it out for the value that RDS derives from the memory."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.spec.log_days)
    error_message = "spec.log_days must be a retention that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }

  validation {
    condition     = length(setintersection(keys(var.spec.parameters), ["max_connections", "password_encryption", "rds.force_ssl", "rds.accepted_password_auth_method"])) == 0
    error_message = "spec.parameters must not set rds.force_ssl, password_encryption or rds.accepted_password_auth_method, which the module fixes, nor max_connections, which is spec.connections."
  }

  validation {
    condition     = var.spec.boundary == null ? true : can(regex("^arn:aws:iam::[0-9]{12}:policy/", var.spec.boundary))
    error_message = "spec.boundary must be the ARN of an IAM policy."
  }
}

variable "network" {
  description = "Exports of the network component. The database lives in its intra subnets and admits its private ones."
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
    condition     = length(var.network.intra_subnet_ids) >= 2
    error_message = "network.intra_subnet_ids needs subnets in two zones at least: RDS asks for them even without a standby."
  }

  validation {
    condition     = length(var.network.private_cidrs) > 0
    error_message = "network.private_cidrs must not be empty: nothing could reach the database."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: database, secrets and logs; the replica of database when backup_copy is on."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = alltrue([for purpose in ["database", "secrets", "logs"] : contains(keys(var.keys.ids), purpose)])
    error_message = "keys.ids must have the purposes database, secrets and logs."
  }

  validation {
    condition     = !var.spec.backup_copy || contains(keys(var.keys.replica_ids), "database")
    error_message = "spec.backup_copy needs a replica of the database key: set replica = true for that purpose."
  }
}
