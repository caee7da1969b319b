# Names and certificates. The zone belongs to this environment alone; its parent delegates to it.

locals {
  name = "${var.context.name}-${var.component}"

  # Host label to the name that clients use.
  hosts = { for label in keys(var.spec.hosts) : label => "${label}.${var.spec.domain}" }

  # null or the one distribution, as a list to count on.
  distributions = var.spec.distribution[*]
  cdn_host      = "cdn.${var.spec.domain}"
}

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:signing needs a key in us-east-1 and a DS record that a person sets at the parent
  #checkov:skip=CKV2_AWS_39:query logs exist in us-east-1 only; who asks for which name would leave the region
  name    = var.spec.domain
  comment = "${local.name}: managed by Terraform"

  tags = var.tags
}

# Only Amazon may issue certificates for names of this zone.
resource "aws_route53_record" "caa" {
  zone_id = aws_route53_zone.this.zone_id
  name    = var.spec.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""]
}

# One certificate for all hosts: a host more or less does not replace it.
resource "aws_acm_certificate" "this" {
  domain_name               = var.spec.domain
  subject_alternative_names = ["*.${var.spec.domain}"]
  validation_method         = "DNS"
  key_algorithm             = "EC_prime256v1"

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_route53_record.caa]
}

locals {
  # The name and its wildcard are proved by the same record.
  proof = one([for option in aws_acm_certificate.this.domain_validation_options : option if option.domain_name == var.spec.domain])
}

resource "aws_route53_record" "certificate" {
  zone_id = aws_route53_zone.this.zone_id
  name    = local.proof.resource_record_name
  type    = local.proof.resource_record_type
  ttl     = 300
  records = [local.proof.resource_record_value]
}

# Waits until ACM has seen the record, which takes the delegation of the zone. Without it an apply is to fail while its
# session lasts, not after that.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.certificate.fqdn]

  timeouts {
    create = "30m"
  }
}

resource "aws_route53_record" "host" {
  for_each = local.hosts

  zone_id = aws_route53_zone.this.zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
