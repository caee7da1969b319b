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
    error_message = "spec.audience must be one exact value, such as sts.amazonaws.com."
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
      for environment in values(var.spec.environments) : [
        for subject in concat(environment.plan_subjects, environment.apply_subjects) :
        !can(regex("^repo:[^:]*@", subject)) || can(regex("^repo:[^@/:]+@${var.spec.repository_owner_id}/[^@/:]+@${var.spec.repository_id}:", subject))
      ]
    ]))
    error_message = "A subject that carries numeric ids must carry repository_owner_id behind the owner and repository_id behind the repository."
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
    condition     = alltrue([for environment in values(var.spec.environments) : can(regex("^[a-z0-9-]+/[a-z0-9-]+/$", environment.state_prefix))])
    error_message = "state_prefix must look like control-plane/dev/."
  }

  validation {
    condition     = length(distinct([for environment in values(var.spec.environments) : environment.state_prefix])) == length(var.spec.environments)
    error_message = "Two environments must not share a state_prefix: each would read and write the other's state."
  }

  validation {
    condition     = alltrue([for name, environment in var.spec.environments : name == "${environment.stack}-${environment.environment}" && can(regex("^[a-z][a-z0-9-]{0,29}[a-z0-9]$", name))])
    error_message = "An environment's key must be <stack>-<environment>, at most 31 characters: roles and resources carry it as prefix."
  }

  validation {
    condition = alltrue(flatten([
      for name in keys(var.spec.environments) : [for other in keys(var.spec.environments) : !startswith(other, "${name}-")]
    ]))
    error_message = "No environment's name may begin with another's and a hyphen: policies go by that prefix, and one would govern the other."
  }

  validation {
    condition = length(setintersection(
      flatten([for environment in values(var.spec.environments) : environment.plan_subjects]),
      flatten([for environment in values(var.spec.environments) : environment.apply_subjects]),
    )) == 0
    error_message = "A subject that plans must not apply: reviewers guard the GitHub environment that applies, not the one that plans."
  }
}

variable "state" {
  description = "Where roots keep their state: exports of the component of type state."
  type = object({
    bucket   = string
    region   = string
    endpoint = string
    key_id   = optional(string)
    lock     = string
  })
  nullable = false

  validation {
    condition     = endswith(var.state.bucket, "-${var.context.account}")
    error_message = "state.bucket must end with the account: the state's key is found by the name of its bucket."
  }
}
