output "exports" {
  description = "How to reach the API (name, endpoint, version, certificate authority). There are no security groups and no identities of workloads."
  value = {
    name = ovh_cloud_project_kube.this.name
    # Of the kubeconfig, which is a secret as a whole, address and authority are none.
    endpoint               = nonsensitive(ovh_cloud_project_kube.this.kubeconfig_attributes[0].host)
    version                = var.spec.version
    certificate_authority  = nonsensitive(ovh_cloud_project_kube.this.kubeconfig_attributes[0].cluster_ca_certificate)
    security_group_id      = null
    node_security_group_id = null
    pod_roles              = {}
  }
}
