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
  description = "Address range, zones and ways out. flow_log_days and private_endpoints have nothing to set at Scaleway."
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
    condition     = length(var.spec.zones) >= 1 && length(var.spec.zones) <= 3 && length(distinct(var.spec.zones)) == length(var.spec.zones)
    error_message = "spec.zones must name one to three different zones."
  }

  validation {
    condition     = alltrue([for zone in var.spec.zones : can(regex("^${var.context.region}-[1-3]$", zone))])
    error_message = "spec.zones must be zones of context.region, such as fr-par-1."
  }

  validation {
    condition     = anytrue([for zone in var.spec.zones : zone != "fr-par-3"])
    error_message = "spec.zones needs a zone besides fr-par-3: Scaleway offers no Public Gateway there, and nothing would get out."
  }

  validation {
    condition     = contains(["per_zone", "single"], var.spec.nat)
    error_message = "spec.nat must be per_zone or single."
  }

  validation {
    condition     = !var.context.protected || (var.spec.nat == "per_zone" && length([for zone in var.spec.zones : zone if zone != "fr-par-3"]) >= 2)
    error_message = "spec.nat must be per_zone in a protected environment, with gateways in two zones at least: one gateway takes the way out of all zones with it."
  }

  validation {
    condition     = contains(["open", "allowlist"], var.spec.egress.mode)
    error_message = "spec.egress.mode must be open or allowlist."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : trimspace(host.why) != ""])
    error_message = "Each host needs a reason (why): a list that nobody can explain is never shortened."
  }
}
