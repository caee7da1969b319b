# Rendered by gen. Change the models, not this file.

variable "context" {
  description = "Who and where: the same for every module."
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
}

variable "tags" {
  description = "Tags: `all` for every resource, the rest by component."
  type        = map(map(string))
}

variable "ci" {
  description = "What is asked of `ci` (ci)."
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
}

variable "state" {
  description = "What is asked of `state` (state)."
  type = object({
    noncurrent_days = number
  })
}
