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
    error_message = "context.account must be the id of a STACKIT project, a UUID in lower case."
  }

  validation {
    condition     = can(regex("^[a-z]{2}[0-9]{2}$", var.context.region))
    error_message = "context.region must be a region of STACKIT, such as eu01."
  }

  validation {
    condition     = var.context.region != var.context.replica_region
    error_message = "context.replica_region must differ from context.region: a copy in the same region does not survive the loss of the region."
  }
}

variable "component" {
  description = "Name of the component in the stack; part of no name here, as names of service accounts are short."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$", var.component))
    error_message = "component must be 1 to 14 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags of the root and of the component. STACKIT takes no labels on what this module makes."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "Who issues tokens, whose tokens are trusted, and which environments may be planned and applied by which exact subjects."
  type = object({
    issuer              = string
    audience            = string
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
    condition     = can(regex("^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*[A-Za-z0-9])?$", var.spec.issuer))
    error_message = "spec.issuer must be an https address without a slash at its end."
  }

  validation {
    condition     = length(var.spec.audience) > 0 && !strcontains(var.spec.audience, "*")
    error_message = "spec.audience must be one exact value, such as sts.accounts.stackit.cloud."
  }

  validation {
    condition     = can(regex("^[0-9]+$", var.spec.repository_id)) && can(regex("^[0-9]+$", var.spec.repository_owner_id))
    error_message = "spec.repository_id and spec.repository_owner_id must be the forge's numeric ids: names can be squatted."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.spec.environments) : [
        for subject in concat(environment.plan_subjects, environment.apply_subjects) :
        can(regex("^repo:[^*?]+:(environment:[^*?]+|pull_request)$", subject))
      ]
    ]))
    error_message = "Subjects must be exact, without wildcards, and name a GitHub environment or pull requests."
  }

  validation {
    condition = alltrue(flatten([
      for environment in values(var.spec.environments) : [for subject in environment.apply_subjects : strcontains(subject, ":environment:")]
    ]))
    error_message = "Only a GitHub environment may apply: pull requests may plan at most."
  }

  validation {
    condition     = alltrue([for environment in values(var.spec.environments) : length(environment.plan_subjects) > 0 && length(environment.apply_subjects) > 0])
    error_message = "Each environment needs at least one subject that plans and one that applies."
  }

  validation {
    condition     = alltrue([for environment in values(var.spec.environments) : length(distinct(environment.plan_subjects)) == length(environment.plan_subjects) && length(distinct(environment.apply_subjects)) == length(environment.apply_subjects)])
    error_message = "No subject may be named twice for the same role."
  }

  validation {
    condition     = alltrue([for environment in values(var.spec.environments) : can(regex("^[a-z0-9-]+/[a-z0-9-]+/$", environment.state_prefix))])
    error_message = "state_prefix must look like control-plane/dev/."
  }

  validation {
    condition     = alltrue([for name, environment in var.spec.environments : name == "${environment.stack}-${environment.environment}" && can(regex("^[a-z](-?[a-z0-9])+$", name)) && length(name) <= 31])
    error_message = "An environment's key must be <stack>-<environment>, at most 31 characters and without two hyphens in a row, which names of service accounts may not have."
  }

  validation {
    condition = length(setintersection(
      flatten([for environment in values(var.spec.environments) : environment.plan_subjects]),
      flatten([for environment in values(var.spec.environments) : environment.apply_subjects]),
    )) == 0
    error_message = "A subject that plans must not apply: reviewers guard the GitHub environment that applies, not the one that plans."
  }
}
