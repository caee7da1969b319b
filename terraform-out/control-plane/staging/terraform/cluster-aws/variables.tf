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
    db = object({
      admin_ref  = string
      backup_ref = optional(string)
      databases  = list(string)
      grants     = map(string)
      host       = string
      major      = number
      port       = number
      tls        = string
    })
    evidence = object({
      arn            = string
      bucket         = string
      endpoint       = string
      grants         = map(string)
      path_style     = bool
      region         = string
      replica_bucket = optional(string)
    })
    keys = object({
      ids         = map(string)
      replica_ids = map(string)
    })
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
    secrets = object({
      grants = map(string)
      refs   = map(string)
      store  = string
    })
  })
}

variable "cluster" {
  description = "What is asked of `cluster` (cluster)."
  type = object({
    version         = string
    log_days        = number
    public_endpoint = bool
    public_cidrs    = optional(list(string))
    node_groups = map(object({
      instance_types = list(string)
      capacity       = string
      min            = number
      desired        = number
      max            = number
      disk_gib       = number
      labels         = map(string)
      taints         = map(string)
    }))
    addons = map(string)
    admins = list(string)
    workloads = map(object({
      namespace       = string
      service_account = string
      plane           = string
      uses            = map(string)
      secrets         = list(string)
    }))
    secret_store = optional(string)
    boundary     = optional(string)
  })
}

variable "registry" {
  description = "What is asked of `registry` (registry)."
  type = object({
    repositories  = list(string)
    keep_images   = number
    untagged_days = number
  })
}

variable "telemetry" {
  description = "What is asked of `telemetry` (telemetry)."
  type = object({
    log_days = number
  })
}
