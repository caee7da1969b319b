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
  description = "Name of the component in the stack; part of the names of the registry."
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
  description = "What the registry holds: its repositories, how many images of each are kept, and how long those without a tag."
  type = object({
    repositories  = list(string)
    keep_images   = number
    untagged_days = number
  })
  nullable = false

  validation {
    condition     = length(distinct(var.spec.repositories)) == length(var.spec.repositories)
    error_message = "spec.repositories must not name a repository twice."
  }

  validation {
    condition     = alltrue([for name in var.spec.repositories : length(name) <= 256 && can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)+$", name))])
    error_message = "A name in spec.repositories is up to 256 characters: a Harbor project and a repository, lower-case letters and digits joined by single dots, hyphens, underscores and slashes."
  }

  validation {
    condition     = alltrue([for name in var.spec.repositories : startswith(name, "${var.context.stack}/")])
    error_message = "A name in spec.repositories must start with the stack's name and a slash: that is its Harbor project."
  }
}

variable "network" {
  description = "Exports of the network component. With them, Harbor's web page and API answer the gateway's addresses alone."
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
  default  = null
  nullable = true

  validation {
    condition     = var.network == null ? true : length(var.network.egress_addresses) > 0
    error_message = "network.egress_addresses must not be empty: the registry could be administered from nowhere."
  }
}
