# What an application of IAM needs to read secrets, as the rule of a policy. This module makes no application: who may write
# policies at Scaleway can give themselves every permission of the organisation, and the role that applies an environment
# must not be able to.

locals {
  # The narrowest sets there are. They hold for all secrets of the project: IAM knows no single secret.
  rule = jsonencode({
    project_ids          = [var.context.account]
    permission_set_names = ["SecretManagerReadOnly", "SecretManagerSecretAccess"]
  })
}
