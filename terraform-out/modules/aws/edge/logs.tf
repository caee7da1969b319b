# Logs of the load balancer, the firewall and the distribution.

locals {
  log_bucket     = "${local.name}-${var.context.account}-log"
  log_bucket_arn = "arn:aws:s3:::${local.log_bucket}"

  # The firewall writes only to groups whose name begins like this.
  firewall_group     = "aws-waf-logs-${local.name}"
  firewall_group_cdn = "aws-waf-logs-${local.name}-cdn"

  firewall_log_policies = {
    # By scope and not by region: a stack in us-east-1 has both in the same one.
    for scope, logs in {
      balancer     = { region = var.context.region, group = local.firewall_group }
      distribution = { region = "us-east-1", group = local.firewall_group_cdn }
      } : scope => jsonencode({
        Version = "2012-10-17"
        Statement = [{
          # wildcard: the streams of this log group, and of whichever firewall of the account logs to it
          Sid       = "WriteFirewallLogs"
          Effect    = "Allow"
          Principal = { Service = "delivery.logs.amazonaws.com" }
          Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource  = "arn:aws:logs:${logs.region}:${var.context.account}:log-group:${logs.group}:*"
          Condition = {
            StringEquals = { "aws:SourceAccount" = var.context.account }
            ArnLike      = { "aws:SourceArn" = "arn:aws:logs:${logs.region}:${var.context.account}:*" }
          }
        }]
    })
  }

  log_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # wildcard: a deny has to cover every principal and every action
          Sid       = "DenyInsecureTransport"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [local.log_bucket_arn, "${local.log_bucket_arn}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          # wildcard: every log object of load balancers of this account; the service writes the account into the path
          Sid       = "WriteBalancerLogs"
          Effect    = "Allow"
          Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
          Action    = ["s3:PutObject"]
          Resource = [
            "${local.log_bucket_arn}/access/AWSLogs/${var.context.account}/*",
            "${local.log_bucket_arn}/connection/AWSLogs/${var.context.account}/*",
          ]
        },
      ],
      [for distribution in local.distributions :
        {
          # wildcard: every log object of distributions of this account
          Sid       = "WriteDistributionLogs"
          Effect    = "Allow"
          Principal = { Service = "delivery.logs.amazonaws.com" }
          Action    = ["s3:PutObject"]
          Resource  = ["${local.log_bucket_arn}/AWSLogs/${var.context.account}/CloudFront/*"]
          Condition = {
            StringEquals = { "aws:SourceAccount" = var.context.account, "s3:x-amz-acl" = "bucket-owner-full-control" }
            ArnEquals    = { "aws:SourceArn" = "arn:aws:logs:us-east-1:${var.context.account}:delivery-source:${local.name}-cdn" }
          }
        }
      ],
    )
  })
}

resource "aws_s3_bucket" "log" {
  #checkov:skip=CKV_AWS_18:a bucket of access logs that logs its own access would never end
  #checkov:skip=CKV_AWS_21:log objects are written once under a new name; versions would only keep what expired
  #checkov:skip=CKV_AWS_144:the logs of each region stay in it
  #checkov:skip=CKV_AWS_145:Elastic Load Balancing delivers logs only to buckets with S3's own key (SSE-S3)
  #checkov:skip=CKV2_AWS_62:nothing reacts to a log object
  bucket = local.log_bucket

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "log" {
  bucket = aws_s3_bucket.log.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "log" {
  bucket = aws_s3_bucket.log.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "log" {
  bucket = aws_s3_bucket.log.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "log" {
  bucket = aws_s3_bucket.log.bucket

  rule {
    id     = "expiry"
    status = "Enabled"

    filter {}

    expiration {
      days = var.spec.log_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "log" {
  bucket = aws_s3_bucket.log.bucket
  policy = local.log_policy

  depends_on = [aws_s3_bucket_public_access_block.log]
}

resource "aws_cloudwatch_log_group" "firewall" {
  #checkov:skip=CKV_AWS_338:retention is a decision of the environment (spec.log_days), validated to be finite; development keeps less than a year
  name              = local.firewall_group
  retention_in_days = var.spec.log_days
  kms_key_id        = var.keys.ids["logs"]

  tags = var.tags
}

# WAF would add this to the account's policies by itself, for every group, where nobody sees it.
resource "aws_cloudwatch_log_resource_policy" "firewall" {
  policy_name     = local.firewall_group
  policy_document = local.firewall_log_policies["balancer"]
}
