# Who reaches the Kubernetes API. There is no other way in: see access_config of the cluster.

locals {
  # The foundation's module ci gives the roles of an environment these names.
  ci_roles = { for use in ["apply", "plan"] : use => "arn:aws:iam::${var.context.account}:role/${var.context.name}-${use}" }

  access_policies = merge(
    { for arn in var.spec.admins : arn => "AmazonEKSClusterAdminPolicy" },
    {
      # CI installs operators, their resource definitions and namespaces, which are the whole cluster's.
      (local.ci_roles["apply"]) = "AmazonEKSClusterAdminPolicy"
      # Not AmazonEKSAdminViewPolicy: that one reads Secrets.
      (local.ci_roles["plan"]) = "AmazonEKSViewPolicy"
    },
  )
}

resource "aws_eks_access_entry" "this" {
  for_each = local.access_policies

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key

  tags = var.tags
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.access_policies

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/${each.value}"

  access_scope {
    type = "cluster"
  }
}
