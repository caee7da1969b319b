resource "scaleway_lb_ip" "this" {
  project_id = var.context.account
  zone       = local.zone
  tags       = local.tags
}

resource "scaleway_lb" "this" {
  name                    = local.name
  description             = "Hosts of ${var.spec.domain}"
  type                    = "LB-S"
  ip_ids                  = [scaleway_lb_ip.this.id]
  ssl_compatibility_level = "ssl_compatibility_level_intermediate" # TLS 1.2 and 1.3
  project_id              = var.context.account
  zone                    = local.zone
  tags                    = local.tags

  private_network {
    private_network_id = var.network.private_subnet_ids[0]
  }
}

# One certificate for all hosts. Let's Encrypt asks under each name, so the records come first.
resource "scaleway_lb_certificate" "this" {
  lb_id = scaleway_lb.this.id
  # Another set of hosts is another certificate, which is there before the old one goes.
  name = "${local.name}-${substr(sha1(join(",", values(local.hosts))), 0, 8)}"

  letsencrypt {
    common_name              = values(local.hosts)[0]
    subject_alternative_name = slice(values(local.hosts), 1, length(local.hosts))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [scaleway_domain_record.host, scaleway_domain_record.caa]
}

# Port 80 sends everybody to HTTPS. No request gets as far as its backend, which a frontend has to have.
resource "scaleway_lb_backend" "nowhere" {
  lb_id            = scaleway_lb.this.id
  name             = "${local.name}-nowhere"
  forward_protocol = "http"
  forward_port     = 80
  server_ips       = []
}

resource "scaleway_lb_frontend" "http" {
  lb_id        = scaleway_lb.this.id
  backend_id   = scaleway_lb_backend.nowhere.id
  name         = "${local.name}-http"
  inbound_port = 80

  acl {
    name = "to-https"

    action {
      type = "redirect"

      redirect {
        type   = "scheme"
        target = "https"
        code   = 301
      }
    }

    match {
      ip_subnet = ["0.0.0.0/0"]
    }
  }
}

locals {
  # What the Service of the cluster's gateway has to say to take port 443 of this load balancer: the cloud controller then
  # makes frontend and backends, and puts the nodes' addresses in as they come and go.
  annotations = jsonencode({
    "service.beta.kubernetes.io/scw-loadbalancer-id"                 = scaleway_lb.this.id
    "service.beta.kubernetes.io/scw-loadbalancer-externally-managed" = "true"
    "service.beta.kubernetes.io/scw-loadbalancer-certificate-ids"    = "443:${reverse(split("/", scaleway_lb_certificate.this.id))[0]}"
    "service.beta.kubernetes.io/scw-loadbalancer-protocol-http"      = "443"
  })
}
