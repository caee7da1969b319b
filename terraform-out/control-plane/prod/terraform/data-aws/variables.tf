# Rendered by gen. Change the models, not this file.

variable "context" {
  description = "Who and where: the same for every module."
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
}

variable "tags" {
  description = "Tags: `all` for every resource, the rest by component."
  type        = map(map(string))
}

variable "upstream" {
  description = "What other roots hand on; gen apply writes upstream.auto.tfvars.json."
  type = object({
    network = object({
      cidr               = string
      egress_addresses   = list(string)
      intra_cidrs        = list(string)
      intra_subnet_ids   = list(string)
      network_id         = string
      private_cidrs      = list(string)
      private_subnet_ids = list(string)
      public_subnet_ids  = list(string)
      zones              = list(string)
    })
  })
}

variable "backup" {
  description = "What is asked of `backup` (backup)."
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
}

variable "db" {
  description = "What is asked of `db` (postgres)."
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
}

variable "evidence" {
  description = "What is asked of `evidence` (object_store)."
  type = object({
    versioning = bool
    worm = optional(object({
      mode        = string
      retain_days = number
      legal_hold  = bool
    }))
    noncurrent_days = number
    expire_days     = optional(number)
    tiers = list(object({
      after_days = number
      class      = string
    }))
    replicate    = bool
    cors_origins = list(string)
    distribution = optional(bool)
    boundary     = optional(string)
  })
}

variable "keys" {
  description = "What is asked of `keys` (keys)."
  type = object({
    purposes = map(object({
      rotation_days = number
      deletion_days = number
      replica       = bool
      distribution  = optional(bool)
    }))
  })
}

variable "secrets" {
  description = "What is asked of `secrets` (secrets)."
  type = object({
    names = map(object({
      keys    = list(string)
      purpose = string
    }))
    recovery_days = number
    replicate     = bool
  })
}
