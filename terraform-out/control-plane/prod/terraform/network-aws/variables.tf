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

variable "network" {
  description = "What is asked of `network` (network)."
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
}
