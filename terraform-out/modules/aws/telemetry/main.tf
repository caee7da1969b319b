locals {
  name           = "${var.context.name}-${var.component}"
  logs_group     = "/gen/${var.context.name}/${var.component}"
  logs_group_arn = "arn:aws:logs:${var.context.region}:${var.context.account}:log-group:${local.logs_group}"
}

resource "aws_prometheus_workspace" "this" {
  alias       = local.name
  kms_key_arn = var.keys.ids["logs"]
  tags        = merge(var.tags, { Name = local.name })

  logging_configuration {
    log_group_arn = "${aws_cloudwatch_log_group.prometheus.arn}:*"
  }
}

resource "aws_cloudwatch_log_group" "prometheus" {
  #checkov:skip=CKV_AWS_338:The tier decides how long logs are kept; production keeps them for a year.
  name              = "/aws/vendedlogs/prometheus/${local.name}"
  retention_in_days = var.spec.log_days
  kms_key_id        = var.keys.ids["logs"]
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "logs" {
  #checkov:skip=CKV_AWS_338:The tier decides how long logs are kept; production keeps them for a year.
  name              = local.logs_group
  retention_in_days = var.spec.log_days
  kms_key_id        = var.keys.ids["logs"]
  tags              = var.tags
}

locals {
  write = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteMetrics"
        Effect   = "Allow"
        Action   = "aps:RemoteWrite"
        Resource = aws_prometheus_workspace.this.arn
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [local.logs_group_arn, "${local.logs_group_arn}:log-stream:*"]
      },
      {
        # wildcard: X-Ray knows no resources that traces could be limited to
        Sid      = "WriteTraces"
        Effect   = "Allow"
        Action   = ["xray:PutSpans", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      },
    ]
  })
}
