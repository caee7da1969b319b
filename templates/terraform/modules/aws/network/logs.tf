locals {
  flow_group     = "/aws/vpc/${local.name}/flow"
  flow_group_arn = "arn:aws:logs:${var.context.region}:${var.context.account}:log-group:${local.flow_group}"
}

resource "aws_kms_key" "logs" {
  description             = "Network logs of ${local.name}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = var.context.protected ? 30 : 7
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: a key policy speaks of its own key only; Network Firewall uses it for whoever configures it, with actions that IAM has to allow
        Sid       = "AccountAdministersThroughIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.context.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # wildcard: a key policy speaks of its own key only
        Sid       = "CloudWatchLogsEncrypts"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.context.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.context.region}:${var.context.account}:log-group:/aws/*/${local.name}/*" }
        }
      },
    ]
  })
  tags = merge(var.tags, { Name = "${local.name}-network-logs" })

  # The logs are lost with it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${local.name}-${var.component}-logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_cloudwatch_log_group" "flow" {
  #checkov:skip=CKV_AWS_338:The tier decides how long logs are kept; production keeps them for a year.
  name              = local.flow_group
  retention_in_days = var.spec.flow_log_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

resource "aws_iam_role" "flow" {
  name                 = "${local.name}-flow-logs"
  description          = "Writes the flow logs of the network"
  permissions_boundary = var.spec.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "FlowLogs"
        Effect    = "Allow"
        Principal = { Service = "vpc-flow-logs.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.context.account }
          ArnLike      = { "aws:SourceArn" = "arn:aws:ec2:${var.context.region}:${var.context.account}:vpc-flow-log/*" }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "flow" {
  name = "write-flow-logs"
  role = aws_iam_role.flow.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: every stream of the group
        Sid      = "WriteFlowLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = [local.flow_group_arn, "${local.flow_group_arn}:log-stream:*"]
      },
    ]
  })
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow.arn
  iam_role_arn             = aws_iam_role.flow.arn
  max_aggregation_interval = 60
  tags                     = merge(var.tags, { Name = local.name })
}
