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
}

variable "component" {
  description = "Name of the component in the stack; part of the names of the network, its subnet and its gateway."
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
    condition     = !can(regex("^(10\\.(2|3|24[0-7])|172\\.17)\\.", var.spec.cidr))
    error_message = "spec.cidr must not overlap 10.2.0.0/16, 10.3.0.0/16, 10.240.0.0/13 or 172.17.0.0/16: pods, services and containers of OVHcloud's clusters use them."
  }

  validation {
    condition     = var.context.region == "eu-west-par" ? toset(var.spec.zones) == toset(["eu-west-par-a", "eu-west-par-b", "eu-west-par-c"]) : length(var.spec.zones) == 1
    error_message = "spec.zones must be eu-west-par-a, -b and -c in eu-west-par, and one Public Cloud region elsewhere: those regions have one zone."
  }

  validation {
    condition     = var.context.region == "eu-west-par" || alltrue([for zone in var.spec.zones : can(regex("^${upper(var.context.region)}(-?[0-9A-Z]+)$", zone))])
    error_message = "spec.zones must name a Public Cloud region of context.region as the control API spells it, such as GRA11 for gra."
  }

  validation {
    condition     = contains(["per_zone", "single"], var.spec.nat)
    error_message = "spec.nat must be per_zone or single."
  }

  validation {
    condition     = contains(["open", "allowlist"], var.spec.egress.mode)
    error_message = "spec.egress.mode must be open or allowlist."
  }

  validation {
    condition     = var.spec.egress.mode == "open" || length(var.spec.egress.hosts) > 0
    error_message = "An allowlist needs at least one host."
  }

  validation {
    condition     = alltrue([for host in var.spec.egress.hosts : trimspace(host.why) != ""])
    error_message = "Each host needs a reason (why): a list that nobody can explain is never shortened."
  }
}
