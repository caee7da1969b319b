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
  description = "Name of the component in the stack; part of the names of what the module makes."
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
  description = "Address range, zones, ways out and what is logged."
  type = object({
    cidr              = string
    zones             = list(string)
    nat               = string
    flow_log_days     = number
    private_endpoints = bool
    egress = object({
      mode = string
      hosts = list(object({
        host = string
        port = number
        why  = string
      }))
    })
    boundary = optional(string)
  })
  nullable = false

  validation {
    condition     = can(cidrnetmask(var.spec.cidr)) && endswith(var.spec.cidr, "/16")
    error_message = "spec.cidr must be an IPv4 range of /16, such as 10.20.0.0/16."
  }

  validation {
    condition     = can(regex("^(10\\.[0-9]+|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\.0\\.0/", var.spec.cidr))
    error_message = "spec.cidr must be private (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) and end with .0.0/16."
  }

  validation {
    condition     = length(var.spec.zones) == 3 && length(distinct(var.spec.zones)) == 3
    error_message = "spec.zones must name three different zones."
  }

  validation {
    condition     = alltrue([for zone in var.spec.zones : can(regex("^${var.context.region}[a-z]$", zone))])
    error_message = "spec.zones must be zones of context.region, such as eu-central-1a."
  }

  validation {
    condition     = contains(["per_zone", "single"], var.spec.nat)
    error_message = "spec.nat must be per_zone or single."
  }

  validation {
    condition     = !var.context.protected || var.spec.nat == "per_zone"
    error_message = "spec.nat must be per_zone in a protected environment: one gateway takes the way out of all zones with it."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.spec.flow_log_days)
    error_message = "spec.flow_log_days must be a retention that CloudWatch Logs offers, such as 30, 90 or 365."
  }

  validation {
    condition     = contains(["open", "allowlist"], var.spec.egress.mode)
    error_message = "spec.egress.mode must be open or allowlist."
  }

  validation {
    condition     = var.spec.egress.mode == "open" || (length(var.spec.egress.hosts) > 0 && var.spec.private_endpoints)
    error_message = "An allowlist needs at least one host, and private endpoints for AWS's own services, which it does not name."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : contains([80, 443], host.port)])
    error_message = "Only ports 80 and 443 can be filtered by name: the firewall reads the name in the HTTP host header or the TLS server name."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : can(regex("^\\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", host.host))])
    error_message = "A host is a lower-case DNS name such as api.github.com, or .github.com for all names below it; no wildcard, no address."
  }

  validation {
    condition     = length(var.spec.egress.hosts) <= 100
    error_message = "spec.egress.hosts takes 100 names at most, the capacity of the rule groups."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : trimspace(host.why) != ""])
    error_message = "Each host needs a reason (why): a list that nobody can explain is never shortened."
  }

  validation {
    condition     = var.spec.boundary == null ? true : can(regex("^arn:aws:iam::[0-9]{12}:policy/", var.spec.boundary))
    error_message = "spec.boundary must be the ARN of an IAM policy."
  }
}
