# CloudFront, only with spec.distribution: objects of buckets, to holders of a signed URL and nobody else.
# Its certificate, its firewall and their logs live in us-east-1, whatever the region of the stack.

locals {
  # By name; the first bucket answers every path, each other one the paths under its name.
  bucket_names = try(sort(keys(var.spec.distribution.buckets)), [])
}

resource "aws_acm_certificate" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  domain_name       = local.cdn_host
  validation_method = "DNS"
  key_algorithm     = "EC_prime256v1"

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_route53_record.caa]
}

locals {
  cdn_proof = one(flatten([
    for certificate in aws_acm_certificate.cdn : [for option in certificate.domain_validation_options : option if option.domain_name == local.cdn_host]
  ]))
}

resource "aws_route53_record" "cdn_certificate" {
  count = length(local.distributions)

  zone_id = aws_route53_zone.this.zone_id
  name    = local.cdn_proof.resource_record_name
  type    = local.cdn_proof.resource_record_type
  ttl     = 300
  records = [local.cdn_proof.resource_record_value]
}

resource "aws_acm_certificate_validation" "cdn" {
  count    = length(local.distributions)
  provider = aws.global

  certificate_arn         = aws_acm_certificate.cdn[0].arn
  validation_record_fqdns = [aws_route53_record.cdn_certificate[0].fqdn]

  timeouts {
    create = "30m"
  }
}

# A changed key is a new one beside the old, so that URLs stay valid until the group has changed over.
resource "aws_cloudfront_public_key" "this" {
  for_each = try(var.spec.distribution.signing_keys, {})

  name        = "${local.name}-${each.key}-${substr(sha256(trimspace(each.value)), 0, 8)}"
  comment     = "${local.name}: verifies URLs signed with ${each.key}"
  encoded_key = "${trimspace(each.value)}\n"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_key_group" "this" {
  count = length(local.distributions)

  name    = local.name
  comment = "${local.name}: whose signatures are accepted"
  items   = [for name in sort(keys(aws_cloudfront_public_key.this)) : aws_cloudfront_public_key.this[name].id]
}

resource "aws_cloudfront_origin_access_control" "this" {
  count = length(local.distributions)

  name                              = local.name
  description                       = "${local.name}: signs every request to a bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "this" {
  count = length(local.distributions)

  name        = local.name
  comment     = "${local.name}: the path alone, for ${local.distributions[0].max_age_days} days at most"
  min_ttl     = 0
  default_ttl = local.distributions[0].max_age_days * 86400
  max_ttl     = local.distributions[0].max_age_days * 86400

  # Signatures are checked before the cache and are no part of its key.
  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

# Objects are downloads: nothing in them may run as a page of this domain.
resource "aws_cloudfront_response_headers_policy" "this" {
  count = length(local.distributions)

  #checkov:skip=CKV_AWS_259:two years, with subdomains; preloading is a promise for the whole parent domain, which is not the environment's to make
  name    = local.name
  comment = "${local.name}: security headers"

  security_headers_config {
    content_security_policy {
      content_security_policy = "default-src 'none'; frame-ancestors 'none'; sandbox"
      override                = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      override                   = true
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  count = length(local.distributions)

  #checkov:skip=CKV2_AWS_47:AWSManagedRulesKnownBadInputsRuleSet is on, in a dynamic block that the check cannot read
  #checkov:skip=CKV_AWS_86:logs are delivered by aws_cloudwatch_log_delivery, which needs no ACL on the bucket
  #checkov:skip=CKV_AWS_305:there is no site and so no page to begin with; every object is asked for by name
  #checkov:skip=CKV_AWS_310:the copy of a bucket is for recovery, not for reading while the original answers
  #checkov:skip=CKV_AWS_374:a signed URL decides who reads, not the country
  comment         = local.name
  enabled         = true
  aliases         = [local.cdn_host]
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = local.distributions[0].price_class
  web_acl_id      = aws_wafv2_web_acl.cdn[0].arn

  dynamic "origin" {
    for_each = local.distributions[0].buckets

    content {
      origin_id                = origin.key
      domain_name              = "${origin.value.bucket}.s3.${origin.value.region}.amazonaws.com"
      origin_access_control_id = aws_cloudfront_origin_access_control.this[0].id
    }
  }

  default_cache_behavior {
    target_origin_id           = local.bucket_names[0]
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this[0].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id
    trusted_key_groups         = [aws_cloudfront_key_group.this[0].id]
  }

  dynamic "ordered_cache_behavior" {
    for_each = slice(local.bucket_names, 1, length(local.bucket_names))

    content {
      path_pattern               = "/${ordered_cache_behavior.value}/*"
      target_origin_id           = ordered_cache_behavior.value
      viewer_protocol_policy     = "https-only"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = aws_cloudfront_cache_policy.this[0].id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id
      trusted_key_groups         = [aws_cloudfront_key_group.this[0].id]
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.cdn[0].certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  tags = var.tags
}

resource "aws_route53_record" "cdn" {
  for_each = length(local.distributions) > 0 ? toset(["A", "AAAA"]) : toset([])

  zone_id = aws_route53_zone.this.zone_id
  name    = local.cdn_host
  type    = each.value

  alias {
    name                   = aws_cloudfront_distribution.this[0].domain_name
    zone_id                = aws_cloudfront_distribution.this[0].hosted_zone_id
    evaluate_target_health = false
  }
}
