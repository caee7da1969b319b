# Identities of CI: two applications per environment, one that plans and one that applies. They have no keys here. A key made
# by Terraform would lie in the state; keys are issued outside, for a short time, to whoever proves to be CI.

locals {
  # A tag is one string.
  tags = [for key, value in var.tags : "${key}=${value}"]
}

resource "scaleway_iam_application" "plan" {
  for_each = var.spec.environments

  name        = "${each.key}-plan"
  description = "CI plans ${each.value.environment} of ${each.value.stack}"
  tags        = local.tags
}

resource "scaleway_iam_application" "apply" {
  for_each = var.spec.environments

  name        = "${each.key}-apply"
  description = "CI applies ${each.value.environment} of ${each.value.stack}"
  tags        = local.tags
}

# Rights hang on the groups: every environment's application has the same ones, and an audit reads two lists.
resource "scaleway_iam_group" "plan" {
  name            = "${var.context.name}-${var.component}-plan"
  description     = "Applications of CI that plan"
  application_ids = [for application in scaleway_iam_application.plan : application.id]
  user_ids        = []
  tags            = local.tags
}

resource "scaleway_iam_group" "apply" {
  name            = "${var.context.name}-${var.component}-apply"
  description     = "Applications of CI that apply"
  application_ids = [for application in scaleway_iam_application.apply : application.id]
  user_ids        = []
  tags            = local.tags
}
