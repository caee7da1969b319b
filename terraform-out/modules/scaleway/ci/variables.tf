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
  description = "Which environments are planned and applied, and where their states lie. Issuer and subjects belong to whoever issues keys to CI: Scaleway itself trusts no tokens."
  type = object({
    issuer              = string
    audience            = optional(string)
    repository_id       = string
    repository_owner_id = string
    environments = map(object({
      stack          = string
      environment    = string
      plan_subjects  = list(string)
      apply_subjects = list(string)
      state_prefix   = string
    }))
  })
  nullable = false

  validation {
    condition     = contains(keys(var.spec.environments), var.context.name)
    error_message = "spec.environments must have the foundation's own environment, context.name: somebody has to apply this root."
  }

  validation {
    condition     = alltrue([for environment in values(var.spec.environments) : can(regex("^[a-z0-9-]+/[a-z0-9-]+/$", environment.state_prefix))])
    error_message = "state_prefix must look like control-plane/dev/."
  }

  validation {
    condition     = length(distinct([for environment in values(var.spec.environments) : environment.state_prefix])) == length(var.spec.environments)
    error_message = "Two environments must not share a state_prefix: each would read and write the other's state."
  }

  validation {
    condition     = alltrue([for name, environment in var.spec.environments : name == "${environment.stack}-${environment.environment}" && can(regex("^[a-z][a-z0-9-]{0,29}[a-z0-9]$", name))])
    error_message = "An environment's key must be <stack>-<environment>, at most 31 characters: applications carry it as name."
  }

  validation {
    condition = length(setintersection(
      flatten([for environment in values(var.spec.environments) : environment.plan_subjects]),
      flatten([for environment in values(var.spec.environments) : environment.apply_subjects]),
    )) == 0
    error_message = "A subject that plans must not apply: reviewers guard the environment of the forge that applies, not the one that plans."
  }
}

variable "state" {
  description = "Where roots keep their state: exports of the component of type state. Without it no bucket policy is made."
  type = object({
    bucket   = string
    region   = string
    endpoint = string
    key_id   = optional(string)
    lock     = string
  })
  default = null

  validation {
    condition     = var.state == null ? true : contains(["fr-par", "nl-ams", "pl-waw"], var.state.region)
    error_message = "state.region must be a region of Scaleway: the bucket policy is made there."
  }
}
