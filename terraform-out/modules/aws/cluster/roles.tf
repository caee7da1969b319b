# Roles of the cluster itself. Those of workloads are in workloads.tf.

locals {
  control_plane_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ControlPlane"
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account }
        ArnEquals    = { "aws:SourceArn" = local.arn }
      }
    }]
  })

  # EKS encrypts Secrets through a grant on the key that it makes with this role.
  control_plane_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "EncryptSecrets"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
      Resource = [var.keys.ids["cluster"]]
    }]
  })

  node_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Nodes"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
    }]
  })

  # The network plugin's policy is not among them: it has a role of its own.
  node_policies = toset(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"])

  addon_roles = {
    vpc-cni            = { suffix = "vpc-cni", namespace = "kube-system", service_account = "aws-node", policy = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" }
    aws-ebs-csi-driver = { suffix = "ebs-csi", namespace = "kube-system", service_account = "ebs-csi-controller-sa", policy = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy" }
  }

  # Volumes of pods under the cluster's key; the managed policy of the driver leaves KMS out.
  ebs_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseVolumeKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource = [var.keys.ids["cluster"]]
        Condition = {
          StringEquals = { "kms:ViaService" = "ec2.${var.context.region}.amazonaws.com" }
        }
      },
      {
        Sid      = "DescribeVolumeKey"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey"]
        Resource = [var.keys.ids["cluster"]]
      },
      {
        Sid       = "GrantVolumeKey"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant"]
        Resource  = [var.keys.ids["cluster"]]
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
  })
}

resource "aws_iam_role" "control_plane" {
  name                 = "${local.name}-control-plane"
  description          = "Lets EKS run the control plane of ${local.name}"
  assume_role_policy   = local.control_plane_trust
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "control_plane" {
  role       = aws_iam_role.control_plane.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role_policy" "control_plane" {
  name   = "cluster-key"
  role   = aws_iam_role.control_plane.name
  policy = local.control_plane_policy
}

resource "aws_iam_role" "node" {
  name                 = "${local.name}-node"
  description          = "Lets the nodes of ${local.name} join it and pull images"
  assume_role_policy   = local.node_trust
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = local.node_policies

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role" "addon" {
  for_each = local.addon_roles

  name                 = "${local.name}-${each.value.suffix}"
  description          = "Add-on ${each.key} of ${local.name}"
  assume_role_policy   = local.pod_trusts["addon/${each.key}"]
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "addon" {
  for_each = local.addon_roles

  role       = aws_iam_role.addon[each.key].name
  policy_arn = each.value.policy
}

resource "aws_iam_role_policy" "ebs_key" {
  name   = "volume-key"
  role   = aws_iam_role.addon["aws-ebs-csi-driver"].name
  policy = local.ebs_key_policy
}
