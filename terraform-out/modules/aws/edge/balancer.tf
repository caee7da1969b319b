# The load balancer: TLS ends here, the host header picks the workload, everything else is a 404.

locals {
  # Load balancers and target groups have at most 32 characters; a hash keeps shortened names apart.
  balancer_name = length(local.name) <= 32 ? local.name : "${substr(local.name, 0, 23)}-${substr(sha256(local.name), 0, 8)}"

  # The port is part of the name because changing it replaces the group, next to the old one.
  target_names = {
    for label, host in var.spec.hosts :
    label => "${trimsuffix(substr(label, 0, 23), "-")}-${substr(sha256("${local.name}/${label}/${host.port}"), 0, 8)}"
  }

  ports = { for port in distinct([for host in values(var.spec.hosts) : host.port]) : tostring(port) => port }
}

resource "aws_security_group" "this" {
  name        = local.name
  description = "${local.name}: load balancer"
  vpc_id      = var.network.network_id

  tags = merge(var.tags, { Name = local.name })
}

# No port 80: a client that begins in plain text has already sent what it should not have.
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS from everywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = var.tags
}

resource "aws_vpc_security_group_egress_rule" "workload" {
  for_each = local.ports

  security_group_id            = aws_security_group.this.id
  description                  = "Workloads on port ${each.key}"
  referenced_security_group_id = var.cluster.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "workload" {
  for_each = local.ports

  security_group_id            = var.cluster.node_security_group_id
  description                  = "Load balancer ${local.name} to workloads on port ${each.key}"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = var.tags
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_76:AWSManagedRulesKnownBadInputsRuleSet is on, in a dynamic block that the check cannot read
  #checkov:skip=CKV_AWS_150:deletion protection follows context.protected, so that development can be torn down
  name               = local.balancer_name
  load_balancer_type = "application"
  internal           = false
  ip_address_type    = "ipv4"
  subnets            = var.network.public_subnet_ids
  security_groups    = [aws_security_group.this.id]

  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.context.protected
  enable_http2               = true

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.log.bucket
    prefix  = "access"
  }

  connection_logs {
    enabled = true
    bucket  = aws_s3_bucket.log.bucket
    prefix  = "connection"
  }

  tags = var.tags

  # Elastic Load Balancing writes a test object when logs are switched on.
  depends_on = [aws_s3_bucket_policy.log]
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn

  routing_http_response_server_enabled                         = false
  routing_http_response_strict_transport_security_header_value = "max-age=63072000; includeSubDomains"
  routing_http_response_x_content_type_options_header_value    = "nosniff"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }

  tags = var.tags
}

# No priority: hosts exclude each other, and AWS takes the next free number.
resource "aws_lb_listener_rule" "host" {
  for_each = local.hosts

  listener_arn = aws_lb_listener.https.arn

  condition {
    host_header {
      values = [each.value]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  tags = merge(var.tags, { Name = each.value })
}

# Empty: what runs in the cluster registers the addresses of its pods.
resource "aws_lb_target_group" "this" {
  for_each = var.spec.hosts

  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; behind it is the private network, between two security groups
  name                 = local.target_names[each.key]
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = each.value.port
  vpc_id               = var.network.network_id
  deregistration_delay = 30

  health_check {
    path                = each.value.health
    protocol            = "HTTP"
    matcher             = "200-299"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = merge(var.tags, { workload = each.value.workload })

  lifecycle {
    create_before_destroy = true
  }
}
