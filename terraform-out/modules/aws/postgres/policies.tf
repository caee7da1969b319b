locals {
  monitoring_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnhancedMonitoring"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:rds:${var.context.region}:${var.context.account}:db:${local.identifier}" }
      }
    }]
  })

  # The resource id, not the name, is part of the ARN: a restored instance needs new grants.
  users = "arn:aws:rds-db:${var.context.region}:${var.context.account}:dbuser:${aws_db_instance.this.resource_id}"

  grants = {
    rw = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "ConnectReadWrite"
        Effect   = "Allow"
        Action   = ["rds-db:connect"]
        Resource = ["${local.users}/${var.component}_rw"]
      }]
    })

    read = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "ConnectReadOnly"
        Effect   = "Allow"
        Action   = ["rds-db:connect"]
        Resource = ["${local.users}/${var.component}_ro"]
      }]
    })
  }
}

resource "aws_iam_role" "monitoring" {
  name                 = "${local.identifier}-monitoring"
  description          = "Lets RDS write the operating-system metrics of ${local.identifier}"
  assume_role_policy   = local.monitoring_trust
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
