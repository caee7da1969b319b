# Identities of controllers that run in the cluster and call AWS. What they are is installed with the workloads.

locals {
  controllers = {
    aws-load-balancer-controller = { suffix = "balancer", namespace = "kube-system", service_account = "aws-load-balancer-controller", policy = local.balancer_policy }
  }

  # Load balancers, their rules and target groups are Terraform's, in the module edge. What is left to the controller is to
  # register pods with target groups (TargetGroupBinding), which needs a small part of the permissions that it could have.
  balancer_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: these actions know no resources
        Sid    = "FindTargets"
        Effect = "Allow"
        Action = [
          "ec2:DescribeInstances",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ]
        Resource = "*"
      },
      {
        # wildcard: target groups are made after the cluster and carry a random id; the tags are those of this environment
        Sid      = "RegisterTargets"
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
        Resource = "arn:aws:elasticloadbalancing:${var.context.region}:${var.context.account}:targetgroup/*/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/environment" = var.context.environment
            "aws:ResourceTag/stack"       = var.context.stack
          }
        }
      },
    ]
  })
}

resource "aws_iam_role" "controller" {
  for_each = local.controllers

  name                 = "${local.name}-${each.value.suffix}"
  description          = "Controller ${each.key} in ${local.name}"
  assume_role_policy   = local.pod_trusts["controller/${each.key}"]
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "controller" {
  for_each = local.controllers

  name   = each.value.suffix
  role   = aws_iam_role.controller[each.key].name
  policy = each.value.policy
}

resource "aws_eks_pod_identity_association" "controller" {
  for_each = local.controllers

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn

  tags = var.tags
}
