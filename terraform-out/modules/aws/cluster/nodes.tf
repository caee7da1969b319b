locals {
  # Nodes, volumes and interfaces are made by EKS from the template: the provider's default tags do not reach them.
  instance_tags = merge(var.tags, { stack = var.context.stack, environment = var.context.environment })

  # Graviton types carry a g behind the generation: m7g, t4g, c7gn.
  arm = { for name, group in var.spec.node_groups : name => can(regex("^[a-z]+[0-9]+g", group.instance_types[0])) }
}

resource "aws_launch_template" "this" {
  for_each = var.spec.node_groups

  name                   = "${local.name}-${each.key}"
  description            = "${local.name}: nodes of group ${each.key}"
  update_default_version = true

  # A session token per request and one hop: pods cannot take the node's role.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = each.value.disk_gib
      encrypted             = true
      kms_key_id            = var.keys.ids["cluster"]
      delete_on_termination = true
    }
  }

  network_interfaces {
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.node.id]
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "network-interface", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(local.instance_tags, { Name = "${local.name}-${each.key}" })
    }
  }

  tags = var.tags
}

resource "aws_eks_node_group" "this" {
  for_each = var.spec.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = var.network.private_subnet_ids
  version         = aws_eks_cluster.this.version
  ami_type        = local.arm[each.key] ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD"
  instance_types  = each.value.instance_types
  capacity_type   = upper(each.value.capacity)
  labels          = each.value.labels

  launch_template {
    id      = aws_launch_template.this[each.key].id
    version = aws_launch_template.this[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    desired_size = each.value.desired
    max_size     = each.value.max
  }

  update_config {
    max_unavailable = 1
  }

  # Replaces a node that its own monitoring calls broken.
  node_repair_config {
    enabled = true
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.key
      value  = taint.value
      effect = "NO_SCHEDULE"
    }
  }

  tags = var.tags

  depends_on = [
    aws_eks_addon.first,
    aws_iam_role_policy_attachment.node,
    aws_vpc_security_group_egress_rule.node,
    aws_vpc_security_group_ingress_rule.node_from_api,
    aws_vpc_security_group_ingress_rule.node_from_node,
  ]
}
