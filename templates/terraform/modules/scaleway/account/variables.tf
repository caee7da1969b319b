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
  description = "Tags of the root and of the component. Budgets take none."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in ["component", "cost_centre", "data_class", "environment", "managed_by", "owner", "stack"] : contains(keys(var.tags), key)])
    error_message = "tags must contain stack, environment, component, owner, data_class, cost_centre and managed_by: the provider has no default tags, so what is not here is on no resource."
  }
}

variable "spec" {
  description = "Who is told about costs, and the budget `account`. Others and the trail have nothing to set at Scaleway."
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
    condition     = alltrue([for budget in values(var.spec.budgets) : budget.amount > 0 && budget.amount <= 42000000 && floor(budget.amount * 100) == budget.amount * 100])
    error_message = "A budget needs an amount above 0 and of whole cents; Scaleway counts up to 42 million euros."
  }

  validation {
    condition     = alltrue([for budget in values(var.spec.budgets) : length(budget.alert_at) > 0 && length(distinct(budget.alert_at)) == length(budget.alert_at) && alltrue([for share in budget.alert_at : share > 0 && share <= 100 && floor(share) == share])])
    error_message = "A budget needs alerts, different ones, at whole percentages from 1 to 100: Scaleway has none above the budget."
  }

  validation {
    condition     = alltrue([for budget in values(var.spec.budgets) : budget.currency == "EUR"])
    error_message = "A budget's currency must be EUR, which Scaleway bills in."
  }
}
