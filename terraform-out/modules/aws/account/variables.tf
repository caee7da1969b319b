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
  description = "Who is told about costs, budgets by name, and how long the audit trail is kept."
  type = object({
    alert_emails = list(string)
    budgets = map(object({
      amount      = number
      currency    = string
      alert_at    = list(number)
      stack       = optional(string)
      environment = optional(string)
    }))
    trail = object({
      retain_days = number
      lock        = bool
    })
  })
  nullable = false

  validation {
    condition     = length(var.spec.alert_emails) > 0 && alltrue([for address in var.spec.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "spec.alert_emails needs at least one e-mail address."
  }

  validation {
    condition     = length(var.spec.alert_emails) <= 10
    error_message = "spec.alert_emails takes 10 addresses at most, as many as AWS tells about a budget."
  }

  validation {
    condition     = alltrue([for budget in values(var.spec.budgets) : length(budget.alert_at) <= 4 && length(distinct(budget.alert_at)) == length(budget.alert_at)])
    error_message = "A budget has 4 different alerts at most: AWS takes 5, and one is for the forecast."
  }

  validation {
    condition     = alltrue([for budget in values(var.spec.budgets) : budget.amount > 0 && length(budget.alert_at) > 0 && alltrue([for share in budget.alert_at : share > 0 && share <= 1000])])
    error_message = "A budget needs an amount above 0 and alerts at percentages above 0."
  }

  validation {
    condition     = alltrue([for budget in values(var.spec.budgets) : can(regex("^[A-Z]{3}$", budget.currency))])
    error_message = "A budget's currency is the three letters of the account's billing currency."
  }

  validation {
    condition     = var.spec.trail.retain_days >= 90 && var.spec.trail.retain_days <= 3653 && floor(var.spec.trail.retain_days) == var.spec.trail.retain_days
    error_message = "spec.trail.retain_days must be a whole number from 90 to 3653: break-ins are often found months later."
  }

  validation {
    condition     = !var.context.protected || (var.spec.trail.lock && var.spec.trail.retain_days >= 365)
    error_message = "In a protected environment spec.trail needs lock and at least 365 retain_days."
  }
}
