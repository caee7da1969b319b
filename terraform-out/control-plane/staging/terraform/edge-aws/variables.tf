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
    cluster = object({
      certificate_authority  = optional(string)
      endpoint               = optional(string)
      name                   = string
      node_security_group_id = optional(string)
      pod_roles              = map(string)
      security_group_id      = optional(string)
      version                = string
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
  })
}

variable "edge" {
  description = "What is asked of `edge` (edge)."
  type = object({
    domain = string
    hosts = map(object({
      workload = string
      port     = number
      health   = string
    }))
    rate_limit = number
    log_days   = number
    distribution = optional(object({
      signing_keys = map(string)
      price_class  = string
      buckets = map(object({
        bucket = string
        region = string
        arn    = string
      }))
      max_age_days = number
    }))
  })
}
