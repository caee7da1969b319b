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
  description = "Name of the component in the stack; part of the names of the load balancer and what belongs to it."
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
  description = "What is published: the zone, its hosts and their workloads, the rate limit (requests of one address in five minutes), logs, and the distribution if there is one."
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
  nullable = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.spec.domain)) && length(coalesce(var.spec.domain, "-")) <= 190
    error_message = "spec.domain must be a domain name in lower case without a dot at the end, such as dev.control-plane.example.org."
  }

  validation {
    condition     = alltrue([for label in keys(var.spec.hosts) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", label))])
    error_message = "A name in spec.hosts is one label of a domain name: lower-case letters, digits and hyphens. The certificate covers one level."
  }

  validation {
    condition     = alltrue([for host in values(var.spec.hosts) : host.port >= 1024 && host.port <= 65535 && floor(host.port) == host.port])
    error_message = "spec.hosts[*].port must be from 1024 to 65535: workloads do not run as root."
  }

  validation {
    condition     = alltrue([for host in values(var.spec.hosts) : can(regex("^/[!-~]*$", host.health))])
    error_message = "spec.hosts[*].health must be a path that begins with a slash."
  }

  validation {
    condition     = var.spec.rate_limit >= 10 && var.spec.rate_limit <= 2000000000 && floor(var.spec.rate_limit) == var.spec.rate_limit
    error_message = "spec.rate_limit must be from 10 to 2000000000, the range of AWS WAF."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.spec.log_days)
    error_message = "spec.log_days must be a retention that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }

  validation {
    condition     = var.spec.distribution == null ? true : !contains(keys(var.spec.hosts), "cdn")
    error_message = "spec.hosts must not have cdn when there is a distribution: that is its name."
  }

  validation {
    condition = var.spec.distribution == null ? true : length(var.spec.distribution.signing_keys) > 0 && alltrue([
      for key in values(var.spec.distribution.signing_keys) : can(regex("^-----BEGIN PUBLIC KEY-----\\s[A-Za-z0-9+/=\\s]+-----END PUBLIC KEY-----\\s*$", key))
    ])
    error_message = "spec.distribution.signing_keys needs one public key at least, each a PEM block BEGIN PUBLIC KEY: without one, everybody could read."
  }

  validation {
    condition     = var.spec.distribution == null ? true : length(var.spec.distribution.buckets) > 0
    error_message = "spec.distribution.buckets needs one bucket at least."
  }

  validation {
    condition     = var.spec.distribution == null ? true : contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.spec.distribution.price_class)
    error_message = "spec.distribution.price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }

  validation {
    condition     = var.spec.distribution == null ? true : var.spec.distribution.max_age_days >= 0 && var.spec.distribution.max_age_days <= 365
    error_message = "spec.distribution.max_age_days must be from 0 to 365."
  }
}

variable "network" {
  description = "Exports of the network component. The load balancer is in its public subnets."
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
    condition     = length(var.network.public_subnet_ids) >= 2
    error_message = "network.public_subnet_ids needs subnets in two zones at least: a load balancer asks for them."
  }
}

variable "cluster" {
  description = "Exports of the cluster component. Used: node_security_group_id, which is opened to the load balancer, port by port."
  type = object({
    name                   = string
    endpoint               = optional(string)
    version                = string
    certificate_authority  = optional(string)
    security_group_id      = optional(string)
    node_security_group_id = optional(string)
    pod_roles              = map(string)
  })
  nullable = false

  validation {
    condition     = var.cluster.node_security_group_id != null
    error_message = "cluster.node_security_group_id must be given: it is opened to the load balancer."
  }
}

variable "keys" {
  description = "Exports of the keys component. Used: logs."
  type = object({
    ids         = map(string)
    replica_ids = map(string)
  })
  nullable = false

  validation {
    condition     = contains(keys(var.keys.ids), "logs")
    error_message = "keys.ids must have the purpose logs."
  }
}
