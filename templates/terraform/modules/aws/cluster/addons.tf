# Add-ons in two steps: nodes join only with a network, and what runs as an ordinary pod needs nodes.

locals {
  # These run on the node's own network, the identity agent included, which the network plugin asks for its role.
  first_addons = toset(["eks-pod-identity-agent", "kube-proxy", "vpc-cni"])

  addon_settings = {
    # NetworkPolicy objects are accepted without it, and nothing enforces them.
    vpc-cni = jsonencode({ enableNetworkPolicy = "true" })
  }

  # Add-ons that call AWS, under their own role instead of the node's.
  addon_identities = {
    vpc-cni            = { service_account = "aws-node", role_arn = aws_iam_role.addon["vpc-cni"].arn }
    aws-ebs-csi-driver = { service_account = "ebs-csi-controller-sa", role_arn = aws_iam_role.addon["aws-ebs-csi-driver"].arn }
  }
}

resource "aws_eks_addon" "first" {
  for_each = { for name, version in var.spec.addons : name => version if contains(local.first_addons, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value
  configuration_values        = lookup(local.addon_settings, each.key, null)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = [for addon, identity in local.addon_identities : identity if addon == each.key]

    content {
      service_account = pod_identity_association.value.service_account
      role_arn        = pod_identity_association.value.role_arn
    }
  }

  tags = var.tags

  depends_on = [aws_iam_role_policy_attachment.addon]
}

resource "aws_eks_addon" "second" {
  for_each = { for name, version in var.spec.addons : name => version if !contains(local.first_addons, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value
  configuration_values        = lookup(local.addon_settings, each.key, null)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = [for addon, identity in local.addon_identities : identity if addon == each.key]

    content {
      service_account = pod_identity_association.value.service_account
      role_arn        = pod_identity_association.value.role_arn
    }
  }

  tags = var.tags

  depends_on = [
    aws_eks_addon.first,
    aws_eks_node_group.this,
    aws_iam_role_policy.ebs_key,
    aws_iam_role_policy_attachment.addon,
  ]
}
