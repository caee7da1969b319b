# Firewall and access logs of the distribution.

resource "aws_wafv2_web_acl" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet is on, in a dynamic block that the check cannot read
  name        = "${local.name}-cdn"
  description = "${local.name}: distribution"
  scope       = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "rate-limit"
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit                 = var.spec.rate_limit
        evaluation_window_sec = 300
        aggregate_key_type    = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate-limit"
      sampled_requests_enabled   = true
    }
  }

  # Requests carry no body and reach no database: what inspects those is left out.
  dynamic "rule" {
    for_each = { for name, rule in local.managed_rules : name => rule if contains(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet"], name) }

    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${local.name}-cdn"
    sampled_requests_enabled   = true
  }

  tags = var.tags
}

resource "aws_cloudwatch_log_group" "firewall_cdn" {
  count    = length(local.distributions)
  provider = aws.global

  #checkov:skip=CKV_AWS_158:the group has to be in us-east-1, where the stack has no key; CloudWatch encrypts with its own
  #checkov:skip=CKV_AWS_338:retention is a decision of the environment (spec.log_days), validated to be finite; development keeps less than a year
  name              = local.firewall_group_cdn
  retention_in_days = var.spec.log_days

  tags = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "firewall_cdn" {
  count    = length(local.distributions)
  provider = aws.global

  policy_name     = local.firewall_group_cdn
  policy_document = local.firewall_log_policies["distribution"]
}

resource "aws_wafv2_web_acl_logging_configuration" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  resource_arn            = aws_wafv2_web_acl.cdn[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall_cdn[0].arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  # A signature in the query is a credential until it expires.
  redacted_fields {
    query_string {}
  }

  depends_on = [aws_cloudwatch_log_resource_policy.firewall_cdn]
}

resource "aws_cloudwatch_log_delivery_source" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  name         = "${local.name}-cdn"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this[0].arn

  tags = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  name          = "${local.name}-cdn"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = aws_s3_bucket.log.arn
  }

  tags = var.tags

  depends_on = [aws_s3_bucket_policy.log]
}

resource "aws_cloudwatch_log_delivery" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  delivery_source_name     = aws_cloudwatch_log_delivery_source.cdn[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.cdn[0].arn

  # Without cs-uri-query, which carries signatures, and without cookies.
  record_fields = [
    "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "cs(User-Agent)",
    "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol", "cs-bytes", "time-taken", "ssl-protocol", "ssl-cipher",
    "x-edge-response-result-type", "cs-protocol-version", "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len",
  ]

  tags = var.tags
}
