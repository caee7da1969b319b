mock_provider "aws" {
  override_during = plan

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1"
      domain_validation_options = [
        { domain_name = "dev.control-plane.example.org", resource_record_name = "_1a2b3c.dev.control-plane.example.org.", resource_record_type = "CNAME", resource_record_value = "_4d5e6f.acm-validations.aws." },
        { domain_name = "*.dev.control-plane.example.org", resource_record_name = "_1a2b3c.dev.control-plane.example.org.", resource_record_type = "CNAME", resource_record_value = "_4d5e6f.acm-validations.aws." },
      ]
    }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/control-plane-dev-edge/0f1e2d3c4b5a6978", dns_name = "control-plane-dev-edge-1234567890.eu-central-1.elb.amazonaws.com", zone_id = "Z215JYRZR1TBD5" }
  }

  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/control-plane-dev-edge/0f1e2d3c4b5a6978/1a2b3c4d5e6f7081" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api-1a2b3c4d/0f1e2d3c4b5a6978" }
  }

  mock_resource "aws_acm_certificate_validation" {
    defaults = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/control-plane-dev-edge/1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-control-plane-dev-edge" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::control-plane-dev-edge-123456789012-log" }
  }

  mock_resource "aws_route53_zone" {
    defaults = { zone_id = "Z0123456789ABCDEFGHIJ", name_servers = ["ns-112.awsdns-14.com", "ns-1480.awsdns-57.org"] }
  }

  mock_resource "aws_cloudfront_distribution" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7" }
  }

  mock_resource "aws_cloudfront_origin_access_control" {
    defaults = { id = "E0A1B2C3D4E5F6" }
  }

  mock_resource "aws_cloudfront_key_group" {
    defaults = { id = "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1" }
  }
}

mock_provider "aws" {
  alias           = "global"
  override_during = plan

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                       = "arn:aws:acm:us-east-1:123456789012:certificate/2f3e4d5c-6b7a-4089-9706-b5c4d3e2f102"
      domain_validation_options = [{ domain_name = "cdn.dev.control-plane.example.org", resource_record_name = "_1a2b3c.cdn.dev.control-plane.example.org.", resource_record_type = "CNAME", resource_record_value = "_4d5e6f.acm-validations.aws." }]
    }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/control-plane-dev-edge-cdn/2f3e4d5c-6b7a-4089-9706-b5c4d3e2f102" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-control-plane-dev-edge-cdn" }
  }

  mock_resource "aws_cloudwatch_log_delivery_destination" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:control-plane-dev-edge-cdn" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "edge"
  tags      = { component = "edge", data_class = "internal" }
  network = {
    network_id         = "vpc-0a1b2c3d4e5f60718"
    cidr               = "10.20.0.0/16"
    zones              = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    public_subnet_ids  = ["subnet-0a0b2c3d4e5f60711", "subnet-0a0b2c3d4e5f60712", "subnet-0a0b2c3d4e5f60713"]
    private_subnet_ids = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712", "subnet-0a1b2c3d4e5f60713"]
    intra_subnet_ids   = ["subnet-0a2b2c3d4e5f60711", "subnet-0a2b2c3d4e5f60712", "subnet-0a2b2c3d4e5f60713"]
    private_cidrs      = ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]
    intra_cidrs        = ["10.20.128.0/22", "10.20.132.0/22", "10.20.136.0/22"]
    egress_addresses   = []
  }
  cluster = {
    name                   = "control-plane-dev-cluster"
    endpoint               = "https://3F2A9C1D7B8E4F60A1B2C3D4E5F60718.gr7.eu-central-1.eks.amazonaws.com"
    version                = "1.34"
    certificate_authority  = "bW9jaw=="
    security_group_id      = "sg-0c1d2e3f4a5b60718"
    node_security_group_id = "sg-0d2e3f4a5b6c71829"
    pod_roles              = {}
  }
  keys = {
    ids = {
      logs = "arn:aws:kms:eu-central-1:123456789012:key/7d3e2b5a-1c4f-4e6d-8b9a-0c1d2e3f4a5b"
    }
    replica_ids = {}
  }
  spec = {
    domain = "dev.control-plane.example.org"
    hosts = {
      api = { workload = "api", port = 8080, health = "/readyz" }
      app = { workload = "web", port = 3000, health = "/" }
    }
    rate_limit = 1000
    log_days   = 30
  }
}

run "takes_https_only" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.port == 443 && aws_lb_listener.https.protocol == "HTTPS" && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2-")
    error_message = "TLS 1.2 at least, on 443."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.https.from_port == 443 && aws_vpc_security_group_ingress_rule.https.to_port == 443
    error_message = "Nothing but 443 is open."
  }

  assert {
    condition     = aws_lb_listener.https.routing_http_response_strict_transport_security_header_value == "max-age=63072000; includeSubDomains" && !aws_lb_listener.https.routing_http_response_server_enabled
    error_message = "Answers say HTTPS for good, and not which server."
  }

  assert {
    condition     = aws_lb_listener.https.default_action[0].type == "fixed-response" && aws_lb_listener.https.default_action[0].fixed_response[0].status_code == "404"
    error_message = "Unknown hosts get 404."
  }
}

run "hardens_the_load_balancer" {
  command = plan

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest" && !aws_lb.this.internal
    error_message = "Malformed requests are dropped."
  }

  assert {
    condition     = !aws_lb.this.enable_deletion_protection
    error_message = "Development can be torn down."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_lb.this.access_logs[0].prefix == "access" && aws_lb.this.connection_logs[0].enabled && aws_lb.this.connection_logs[0].bucket == "control-plane-dev-edge-123456789012-log"
    error_message = "Requests and connections are logged."
  }

  assert {
    condition     = aws_lb.this.subnets == toset(var.network.public_subnet_ids) && aws_lb.this.name == "control-plane-dev-edge"
    error_message = "It is in the public subnets, under its name."
  }
}

run "protects_from_deletion" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection
    error_message = "A protected environment keeps its load balancer."
  }
}

run "shortens_long_names" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "a-stack-with-a-long-name-stagin"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = false
    }
    component = "a-longer-edge1"
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        a-host-with-a-very-long-label-of-its-own = { workload = "api", port = 8080, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }

  assert {
    condition     = length(aws_lb.this.name) == 32 && startswith(aws_lb.this.name, "a-stack-with-a-long-nam-")
    error_message = "A long name is cut and told apart by a hash."
  }

  assert {
    condition     = length(aws_s3_bucket.log.bucket) <= 63
    error_message = "The bucket name fits S3."
  }

  assert {
    condition     = alltrue([for group in aws_lb_target_group.this : length(group.name) <= 32 && can(regex("^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$", group.name))])
    error_message = "Names of target groups fit."
  }
}

run "routes_hosts_to_workloads" {
  command = plan

  assert {
    condition     = one(one(aws_lb_listener_rule.host["api"].condition).host_header).values == toset(["api.dev.control-plane.example.org"])
    error_message = "The host header decides."
  }

  assert {
    condition     = aws_lb_target_group.this["api"].target_type == "ip" && aws_lb_target_group.this["api"].port == 8080 && aws_lb_target_group.this["api"].health_check[0].path == "/readyz"
    error_message = "Targets are pods, asked whether they are ready."
  }

  assert {
    condition     = aws_lb_target_group.this["api"].name != aws_lb_target_group.this["app"].name && aws_lb_target_group.this["app"].tags["workload"] == "web"
    error_message = "Target groups are told apart."
  }

  assert {
    condition     = aws_route53_record.host["app"].name == "app.dev.control-plane.example.org" && aws_route53_record.host["app"].type == "A"
    error_message = "Every host has a name."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.workload["8080"].referenced_security_group_id == "sg-0d2e3f4a5b6c71829" && toset(keys(aws_vpc_security_group_egress_rule.workload)) == toset(["3000", "8080"])
    error_message = "The load balancer calls nodes on these ports and nothing else."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.workload["3000"].security_group_id == "sg-0d2e3f4a5b6c71829" && aws_vpc_security_group_ingress_rule.workload["3000"].from_port == 3000 && aws_vpc_security_group_ingress_rule.workload["3000"].cidr_ipv4 == null
    error_message = "Nodes admit the load balancer on these ports."
  }
}

run "certifies_the_zone" {
  command = plan

  assert {
    condition     = aws_acm_certificate.this.domain_name == "dev.control-plane.example.org" && aws_acm_certificate.this.subject_alternative_names == toset(["*.dev.control-plane.example.org"]) && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "One certificate for all hosts."
  }

  assert {
    condition     = aws_acm_certificate_validation.this.timeouts.create == "30m"
    error_message = "Waiting for the delegation ends before the session of an apply does."
  }

  assert {
    condition     = aws_route53_record.certificate.name == "_1a2b3c.dev.control-plane.example.org." && aws_route53_record.certificate.type == "CNAME"
    error_message = "The zone proves it."
  }

  assert {
    condition     = aws_route53_record.caa.records == toset(["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""])
    error_message = "Nobody else issues certificates."
  }

  assert {
    condition     = aws_route53_zone.this.force_destroy != true
    error_message = "A zone with records in it cannot be deleted."
  }
}

run "filters_requests" {
  command = plan

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.name == "rate-limit"]) == 1000
    error_message = "The rate limit comes from the spec."
  }

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet", "rate-limit"])
    error_message = "The managed rule sets are on."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].none) == 1 if rule.name != "rate-limit"])
    error_message = "And they block."
  }

  assert {
    condition     = length(distinct([for rule in aws_wafv2_web_acl.this.rule : rule.priority])) == 5
    error_message = "Priorities differ."
  }

  assert {
    condition     = flatten([for rule in aws_wafv2_web_acl.this.rule : [for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : override.name] if rule.name != "rate-limit"])[0] == "SizeRestrictions_BODY"
    error_message = "One rule counts instead of blocking."
  }

  assert {
    condition     = aws_wafv2_web_acl.this.scope == "REGIONAL" && aws_wafv2_web_acl_association.this.resource_arn == aws_lb.this.arn
    error_message = "The firewall stands before the load balancer."
  }

  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : one(field.single_header).name]) == toset(["authorization", "cookie"])
    error_message = "Credentials are not logged."
  }

  assert {
    condition     = startswith(aws_cloudwatch_log_group.firewall.name, "aws-waf-logs-") && aws_cloudwatch_log_group.firewall.kms_key_id == var.keys.ids["logs"] && aws_cloudwatch_log_group.firewall.retention_in_days == 30
    error_message = "Firewall logs are encrypted and finite."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_log_resource_policy.firewall.policy_document).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Only deliveries of this account write them."
  }
}

run "keeps_logs_private" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.log.block_public_acls && aws_s3_bucket_public_access_block.log.block_public_policy && aws_s3_bucket_public_access_block.log.ignore_public_acls && aws_s3_bucket_public_access_block.log.restrict_public_buckets
    error_message = "The log bucket is not public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.log.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256" && aws_s3_bucket_ownership_controls.log.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Logs are encrypted and belong to the account."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.log.rule[0].expiration[0].days == 30
    error_message = "Logs expire."
  }

  assert {
    condition     = join(" ", [for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Sid]) == "DenyInsecureTransport WriteBalancerLogs"
    error_message = "Without a distribution only the load balancer writes."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Condition.Bool["aws:SecureTransport"] if statement.Sid == "DenyInsecureTransport"]) == "false"
    error_message = "Plain HTTP is denied."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Resource if statement.Sid == "WriteBalancerLogs"])) == toset(["arn:aws:s3:::control-plane-dev-edge-123456789012-log/access/AWSLogs/123456789012/*", "arn:aws:s3:::control-plane-dev-edge-123456789012-log/connection/AWSLogs/123456789012/*"])
    error_message = "Load balancers write under this account only."
  }
}

run "has_no_distribution_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_cloudfront_distribution.this) == 0 && length(aws_acm_certificate.cdn) == 0 && length(aws_wafv2_web_acl.cdn) == 0 && length(aws_cloudwatch_log_delivery.cdn) == 0 && length(aws_route53_record.cdn) == 0 && length(aws_cloudfront_public_key.this) == 0
    error_message = "Nothing global without a distribution."
  }

  assert {
    condition     = output.exports.distribution_domain == null && output.exports.key_group_id == null
    error_message = "Exports say so."
  }

  assert {
    condition     = toset(keys(output.exports)) == toset(["distribution_domain", "key_group_id", "load_balancer", "name_servers", "target_groups", "urls", "zone_id"]) && output.exports.urls["api"] == "https://api.dev.control-plane.example.org" && toset(keys(output.exports.target_groups)) == toset(["api", "app"])
    error_message = "Exports are the fields of the contract."
  }
}

run "serves_objects_to_signed_urls_only" {
  command = plan

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }

  assert {
    condition     = aws_acm_certificate_validation.cdn[0].timeouts.create == "30m"
    error_message = "Waiting for its certificate ends, too."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].default_cache_behavior[0].trusted_key_groups[0] == "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1" && aws_cloudfront_distribution.this[0].default_cache_behavior[0].viewer_protocol_policy == "https-only" && aws_cloudfront_distribution.this[0].default_cache_behavior[0].target_origin_id == "evidence"
    error_message = "The default path takes signed URLs only."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].ordered_cache_behavior) == 1 && aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].path_pattern == "/media/*" && aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].trusted_key_groups[0] == "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1" && aws_cloudfront_distribution.this[0].ordered_cache_behavior[0].viewer_protocol_policy == "https-only"
    error_message = "So does every other bucket."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].default_cache_behavior[0].allowed_methods == toset(["GET", "HEAD"])
    error_message = "Objects are read, not written."
  }

  assert {
    condition     = aws_cloudfront_distribution.this[0].viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && aws_cloudfront_distribution.this[0].aliases == toset(["cdn.dev.control-plane.example.org"])
    error_message = "TLS 1.2 at least, under a name of the zone."
  }

  assert {
    condition     = length(aws_cloudfront_distribution.this[0].origin) == 2 && alltrue([for origin in aws_cloudfront_distribution.this[0].origin : endswith(origin.domain_name, ".s3.eu-central-1.amazonaws.com") && length(origin.s3_origin_config) == 0])
    error_message = "Buckets are reached through access control, by their regional name."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.this[0].signing_behavior == "always" && aws_cloudfront_origin_access_control.this[0].signing_protocol == "sigv4"
    error_message = "Every request to a bucket is signed."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.this[0].max_ttl == 30 * 86400 && aws_cloudfront_cache_policy.this[0].parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config[0].query_string_behavior == "none"
    error_message = "Signatures are no part of the cache key."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.this[0].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 63072000 && strcontains(aws_cloudfront_response_headers_policy.this[0].security_headers_config[0].content_security_policy[0].content_security_policy, "sandbox")
    error_message = "Objects cannot act as pages."
  }

  assert {
    condition     = endswith(aws_cloudfront_public_key.this["current"].encoded_key, "-----END PUBLIC KEY-----\n") && startswith(aws_cloudfront_public_key.this["current"].name, "control-plane-dev-edge-current-")
    error_message = "Keys are named after what they contain."
  }

  assert {
    condition     = aws_wafv2_web_acl.cdn[0].scope == "CLOUDFRONT" && length(aws_wafv2_web_acl.cdn[0].rule) == 3 && aws_cloudfront_distribution.this[0].web_acl_id == aws_wafv2_web_acl.cdn[0].arn
    error_message = "A firewall stands before it."
  }

  assert {
    condition     = anytrue([for field in aws_wafv2_web_acl_logging_configuration.cdn[0].redacted_fields : length(field.query_string) == 1]) && !contains(aws_cloudwatch_log_delivery.cdn[0].record_fields, "cs-uri-query") && !contains(aws_cloudwatch_log_delivery.cdn[0].record_fields, "cs(Cookie)")
    error_message = "Signatures and cookies are not logged."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Condition.ArnEquals["aws:SourceArn"] if statement.Sid == "WriteDistributionLogs"]) == "arn:aws:logs:us-east-1:123456789012:delivery-source:control-plane-dev-edge-cdn"
    error_message = "Only this distribution delivers to the log bucket."
  }

  assert {
    condition     = aws_route53_record.cdn_certificate[0].name == "_1a2b3c.cdn.dev.control-plane.example.org." && toset(keys(aws_route53_record.cdn)) == toset(["A", "AAAA"])
    error_message = "The name is proved and points at the distribution."
  }

  assert {
    condition     = output.exports.distribution_domain == "cdn.dev.control-plane.example.org" && output.exports.key_group_id == "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f1"
    error_message = "Exports name it."
  }
}

# The region of CloudFront's firewall can be the stack's own.
run "keeps_firewall_logs_apart_in_one_region" {
  command = plan

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "us-east-1"
      replica_region = "us-east-2"
      protected      = false
    }
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_log_resource_policy.firewall.policy_document).Statement[0].Resource == "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-control-plane-dev-edge:*"
    error_message = "The load balancer's firewall writes to its own log group."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_log_resource_policy.firewall_cdn[0].policy_document).Statement[0].Resource == "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-control-plane-dev-edge-cdn:*"
    error_message = "The distribution's firewall writes to its own log group."
  }
}

run "tags_everything" {
  command = plan

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }

  assert {
    condition     = alltrue([for tags in [aws_lb.this.tags, aws_route53_zone.this.tags, aws_acm_certificate.this.tags, aws_wafv2_web_acl.this.tags, aws_s3_bucket.log.tags, aws_cloudwatch_log_group.firewall.tags, aws_lb_target_group.this["api"].tags, aws_cloudfront_distribution.this[0].tags, aws_wafv2_web_acl.cdn[0].tags, aws_cloudwatch_log_group.firewall_cdn[0].tags] : tags["component"] == "edge" && tags["data_class"] == "internal"])
    error_message = "Everything carries the tags."
  }
}

run "refuses_a_malformed_domain" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "Example"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_missing_domain" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = null
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_host_of_two_labels" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        "a.b" = { workload = "api", port = 8080, health = "/readyz" }
        app   = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_privileged_port" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 80, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_health_path_without_slash" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
    }
  }
}

run "refuses_a_rate_limit_too_low" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 5
      log_days   = 30
    }
  }
}

run "refuses_a_retention_that_cloudwatch_lacks" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 31
    }
  }
}

run "refuses_a_host_named_like_the_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        cdn = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }
}

run "refuses_a_distribution_without_keys" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = {}
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }
}

run "refuses_what_is_no_public_key" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "not a key" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }
}

run "refuses_a_distribution_without_buckets" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets      = {}
        max_age_days = 30
      }
    }
  }
}

run "refuses_an_unknown_price_class" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "cheap"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 30
      }
    }
  }
}

run "refuses_a_cache_that_never_ends" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain = "dev.control-plane.example.org"
      hosts = {
        api = { workload = "api", port = 8080, health = "/readyz" }
        app = { workload = "web", port = 3000, health = "/" }
      }
      rate_limit = 1000
      log_days   = 30
      distribution = {
        signing_keys = { current = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n" }
        price_class  = "PriceClass_100"
        buckets = {
          evidence = { bucket = "control-plane-dev-evidence-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-evidence-123456789012" }
          media    = { bucket = "control-plane-dev-media-123456789012", region = "eu-central-1", arn = "arn:aws:s3:::control-plane-dev-media-123456789012" }
        }
        max_age_days = 4000
      }
    }
  }
}

run "refuses_a_network_in_one_zone" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "vpc-0a1b2c3d4e5f60718"
      cidr               = "10.20.0.0/16"
      zones              = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
      public_subnet_ids  = ["subnet-0a0b2c3d4e5f60711"]
      private_subnet_ids = ["subnet-0a1b2c3d4e5f60711"]
      intra_subnet_ids   = ["subnet-0a2b2c3d4e5f60711"]
      private_cidrs      = ["10.20.0.0/19", "10.20.32.0/19", "10.20.64.0/19"]
      intra_cidrs        = ["10.20.128.0/22", "10.20.132.0/22", "10.20.136.0/22"]
      egress_addresses   = []
    }
  }
}

run "refuses_a_missing_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = {}, replica_ids = {} }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "component-too-long"
  }
}

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "edge" }
  }
}
