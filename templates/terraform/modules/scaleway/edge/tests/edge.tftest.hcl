mock_provider "scaleway" {
  override_during = plan

  mock_resource "scaleway_lb_ip" {
    defaults = { id = "fr-par-1/a0b1c2d3-0000-4000-8000-000000000001", ip_address = "192.0.2.20" }
  }

  mock_resource "scaleway_lb" {
    defaults = { id = "fr-par-1/a0b1c2d3-0000-4000-8000-000000000002" }
  }

  mock_resource "scaleway_lb_certificate" {
    defaults = { id = "fr-par-1/a0b1c2d3-0000-4000-8000-000000000003" }
  }

  mock_resource "scaleway_lb_backend" {
    defaults = { id = "fr-par-1/a0b1c2d3-0000-4000-8000-000000000004" }
  }
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "edge"
  tags      = { component = "edge", cost_centre = "4711", data_class = "public", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  network = {
    network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
    cidr               = "10.20.0.0/16"
    zones              = ["fr-par-1", "fr-par-2", "fr-par-3"]
    public_subnet_ids  = []
    private_subnet_ids = ["fr-par/2b3c4d5e-0000-4000-8000-000000000002"]
    intra_subnet_ids   = []
    private_cidrs      = ["10.20.0.0/20"]
    intra_cidrs        = []
    egress_addresses   = ["192.0.2.10", "192.0.2.11"]
  }
  spec = {
    domain     = "dev.control-plane.example.org"
    hosts      = { api = { workload = "api", port = 8080, health = "/readyz" }, www = { workload = "web", port = 8080, health = "/" } }
    rate_limit = 2000
    log_days   = 30
  }
}

run "publishes_hosts" {
  command = plan

  assert {
    condition     = { for label, record in scaleway_domain_record.host : label => "${record.type} ${record.name} ${record.data}" } == { api = "A api 192.0.2.20", www = "A www 192.0.2.20" } && alltrue([for record in scaleway_domain_record.host : record.dns_zone == "dev.control-plane.example.org" && record.project_id == "1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Every host leads to the load balancer."
  }

  assert {
    condition     = scaleway_domain_record.caa.type == "CAA" && scaleway_domain_record.caa.name == "" && scaleway_domain_record.caa.data == "0 issue \"letsencrypt.org\""
    error_message = "One issuer makes certificates for these names."
  }
}

run "stands_before_the_private_network" {
  command = plan

  assert {
    condition     = one(scaleway_lb.this.private_network).private_network_id == "fr-par/2b3c4d5e-0000-4000-8000-000000000002" && scaleway_lb.this.ip_ids == tolist(["fr-par-1/a0b1c2d3-0000-4000-8000-000000000001"]) && scaleway_lb.this.zone == "fr-par-1" && scaleway_lb.this.project_id == "1a2b3c4d-0000-4000-8000-000000000001"
    error_message = "The load balancer is on the private network, under the address that names lead to."
  }

  assert {
    condition     = scaleway_lb.this.ssl_compatibility_level == "ssl_compatibility_level_intermediate"
    error_message = "Old TLS is refused."
  }

  assert {
    condition     = alltrue([for resource in [scaleway_lb.this, scaleway_lb_ip.this] : resource.tags == tolist(["component=edge", "cost_centre=4711", "data_class=public", "environment=dev", "managed_by=gen", "owner=platform", "stack=control-plane"])])
    error_message = "Address and load balancer carry the tags."
  }
}

run "has_a_certificate_for_all_hosts" {
  command = plan

  assert {
    condition     = one(scaleway_lb_certificate.this.letsencrypt).common_name == "api.dev.control-plane.example.org" && one(scaleway_lb_certificate.this.letsencrypt).subject_alternative_name == tolist(["www.dev.control-plane.example.org"]) && length(scaleway_lb_certificate.this.custom_certificate) == 0
    error_message = "One certificate covers every host, and no key of one comes from here."
  }
}

run "sends_everybody_to_https" {
  command = plan

  assert {
    condition     = scaleway_lb_frontend.http.inbound_port == 80 && one(scaleway_lb_frontend.http.acl).match[0].ip_subnet == tolist(["0.0.0.0/0"]) && one(scaleway_lb_frontend.http.acl).action[0].type == "redirect" && one(scaleway_lb_frontend.http.acl).action[0].redirect[0].type == "scheme" && one(scaleway_lb_frontend.http.acl).action[0].redirect[0].target == "https" && one(scaleway_lb_frontend.http.acl).action[0].redirect[0].code == 301
    error_message = "Port 80 redirects whoever comes."
  }

  assert {
    condition     = length(scaleway_lb_backend.nowhere.server_ips) == 0
    error_message = "Nothing is served over plain HTTP."
  }
}

run "avoids_the_zone_without_load_balancers" {
  command = plan

  variables {
    network = {
      network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
      cidr               = "10.20.0.0/16"
      zones              = ["fr-par-3", "fr-par-2"]
      public_subnet_ids  = []
      private_subnet_ids = ["fr-par/2b3c4d5e-0000-4000-8000-000000000002"]
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/20"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10", "192.0.2.11"]
    }
  }

  assert {
    condition     = scaleway_lb.this.zone == "fr-par-2" && scaleway_lb_ip.this.zone == "fr-par-2"
    error_message = "There is no load balancer in fr-par-3."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = { for field, value in output.exports : field => value if field != "target_groups" } == { zone_id = "dev.control-plane.example.org", name_servers = ["ns0.dom.scw.cloud", "ns1.dom.scw.cloud"], load_balancer = "192-0-2-20.lb.fr-par.scw.cloud", urls = { api = "https://api.dev.control-plane.example.org", www = "https://www.dev.control-plane.example.org" }, distribution_domain = null, key_group_id = null }
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition = keys(output.exports.target_groups) == ["api", "www"] && alltrue([for annotations in values(output.exports.target_groups) : jsondecode(annotations) == {
      "service.beta.kubernetes.io/scw-loadbalancer-id"                 = "fr-par-1/a0b1c2d3-0000-4000-8000-000000000002"
      "service.beta.kubernetes.io/scw-loadbalancer-externally-managed" = "true"
      "service.beta.kubernetes.io/scw-loadbalancer-certificate-ids"    = "443:a0b1c2d3-0000-4000-8000-000000000003"
      "service.beta.kubernetes.io/scw-loadbalancer-protocol-http"      = "443"
    }])
    error_message = "The cluster's Service is told load balancer and certificate."
  }
}

run "refuses_a_malformed_domain" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "Example.org."
      hosts      = { api = { workload = "api", port = 8080, health = "/readyz" }, www = { workload = "web", port = 8080, health = "/" } }
      rate_limit = 2000
      log_days   = 30
    }
  }
}

run "refuses_no_host" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = {}
      rate_limit = 2000
      log_days   = 30
    }
  }
}

run "refuses_a_host_of_two_labels" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { "a.b" = { workload = "api", port = 8080, health = "/" } }
      rate_limit = 2000
      log_days   = 30
    }
  }
}

run "refuses_a_privileged_port" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { api = { workload = "api", port = 80, health = "/" } }
      rate_limit = 2000
      log_days   = 30
    }
  }
}

run "refuses_a_malformed_health_path" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain     = "dev.control-plane.example.org"
      hosts      = { api = { workload = "api", port = 8080, health = "readyz" } }
      rate_limit = 2000
      log_days   = 30
    }
  }
}

run "refuses_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      domain       = "dev.control-plane.example.org"
      hosts        = { api = { workload = "api", port = 8080, health = "/readyz" }, www = { workload = "web", port = 8080, health = "/" } }
      rate_limit   = 2000
      log_days     = 30
      distribution = { signing_keys = {}, price_class = "PriceClass_100", buckets = {}, max_age_days = 1 }
    }
  }
}

run "refuses_a_network_without_a_private_one" {
  command         = plan
  expect_failures = [var.network]

  variables {
    network = {
      network_id         = "fr-par/2b3c4d5e-0000-4000-8000-000000000001"
      cidr               = "10.20.0.0/16"
      zones              = ["fr-par-1", "fr-par-2", "fr-par-3"]
      public_subnet_ids  = []
      private_subnet_ids = []
      intra_subnet_ids   = []
      private_cidrs      = ["10.20.0.0/20"]
      intra_cidrs        = []
      egress_addresses   = ["192.0.2.10", "192.0.2.11"]
    }
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
      account        = "123456789012"
      region         = "us-east-1"
      replica_region = "us-east-1"
      protected      = false
    }
  }
}

run "refuses_a_copy_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "fr-par"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "No_Name"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "edge", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "control-plane" }
  }
}
