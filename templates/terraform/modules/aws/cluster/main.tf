# The control plane: API in the private network only, access by IAM alone.

locals {
  name = "${var.context.name}-${var.component}"
  arn  = "arn:aws:eks:${var.context.region}:${var.context.account}:cluster/${local.name}"
}

resource "aws_eks_cluster" "this" {
  name     = local.name
  version  = var.spec.version
  role_arn = aws_iam_role.control_plane.arn

  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  # Add-ons are installed below at the versions of the spec, or twice.
  bootstrap_self_managed_addons = false

  access_config {
    # Access entries only: no aws-auth map that a pod could edit, and nothing that the creator alone has: see access.tf.
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    # The control plane's interfaces need no way out.
    subnet_ids              = var.network.intra_subnet_ids
    security_group_ids      = [aws_security_group.control_plane.id]
    endpoint_private_access = true
    endpoint_public_access  = var.spec.public_endpoint
    public_access_cidrs     = var.spec.public_endpoint ? var.spec.public_cidrs : null
  }

  # AWS encrypts etcd's volumes itself; this adds a key of the account around every Secret.
  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.keys.ids["cluster"]
    }
  }

  upgrade_policy {
    # The default, EXTENDED, runs into a paid state when a version's support ends.
    support_type = "STANDARD"
  }

  tags = var.tags

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy.control_plane,
    aws_iam_role_policy_attachment.control_plane,
    aws_vpc_security_group_ingress_rule.api_from_nodes,
  ]
}

# EKS makes this group itself when it is missing: unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:retention is a decision of the environment (spec.log_days), validated to be finite; development keeps less than a year
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = var.spec.log_days
  kms_key_id        = var.keys.ids["logs"]

  tags = var.tags
}
