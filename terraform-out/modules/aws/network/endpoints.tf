locals {
  # What nodes and pods of a cluster call: the cluster itself, images, identity, logs, secrets, keys, load balancers, metrics.
  interface_services = var.spec.private_endpoints ? toset([
    "aps-workspaces", "autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "kms", "logs",
    "monitoring", "secretsmanager", "sts", "xray",
  ]) : toset([])
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.context.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: identities' and buckets' own policies decide; this one keeps traffic to the account's buckets
        Sid       = "OwnBuckets"
        Effect    = "Allow"
        Principal = "*"
        # What workloads do with objects. Settings of buckets are no business of the network.
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetBucketLocation",
          "s3:GetObject",
          "s3:GetObjectAttributes",
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectTagging",
          "s3:GetObjectVersion",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
          "s3:ListBucketVersions",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
          "s3:PutObjectLegalHold",
          "s3:PutObjectRetention",
          "s3:PutObjectTagging",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:ResourceAccount" = var.context.account } }
      },
      {
        # wildcard: image layers are read with signed addresses by whoever pulls
        Sid       = "ImageLayers"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:::prod-${var.context.region}-starport-layer-bucket/*"
      },
    ]
  })
  tags = merge(var.tags, { Name = "${local.name}-s3" })
}

resource "aws_security_group" "endpoints" {
  count = var.spec.private_endpoints ? 1 : 0

  name        = "${local.name}-endpoints"
  description = "Private endpoints of AWS services"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.tags, { Name = "${local.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = var.spec.private_endpoints ? local.private_cidrs : {}

  security_group_id = one(aws_security_group.endpoints[*].id)
  description       = "HTTPS from private subnet ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = var.tags
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_services

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.context.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for zone in var.spec.zones : aws_subnet.private[zone].id]
  security_group_ids  = aws_security_group.endpoints[*].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: identities' own policies decide; this one keeps other accounts' identities out of the endpoint
        Sid       = "OwnIdentities"
        Effect    = "Allow"
        Principal = "*"
        Action    = "*"
        Resource  = "*"
        Condition = { StringEqualsIfExists = { "aws:PrincipalAccount" = var.context.account } }
      },
    ]
  })
  tags = merge(var.tags, { Name = "${local.name}-${each.key}" })
}
