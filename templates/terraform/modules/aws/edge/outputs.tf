output "exports" {
  description = "The zone and the servers its parent delegates to, the load balancer's name in DNS, target group and URL of each host, and the distribution (null without one)."
  value = {
    zone_id             = aws_route53_zone.this.zone_id
    name_servers        = aws_route53_zone.this.name_servers
    load_balancer       = aws_lb.this.dns_name
    target_groups       = { for label, group in aws_lb_target_group.this : label => group.arn }
    urls                = { for label, name in local.hosts : label => "https://${name}" }
    distribution_domain = one([for distribution in local.distributions : local.cdn_host])
    key_group_id        = one(aws_cloudfront_key_group.this[*].id)
  }
}
