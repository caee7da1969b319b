output "exports" {
  description = "Name, address, version and certificate authority of the cluster. There is a security group per zone, so none to name, and no identity of pods."
  value = {
    name                   = scaleway_k8s_cluster.this.name
    endpoint               = scaleway_k8s_cluster.this.apiserver_url
    version                = var.spec.version
    certificate_authority  = nonsensitive(scaleway_k8s_cluster.this.kubeconfig[0].cluster_ca_certificate)
    security_group_id      = null
    node_security_group_id = null
    pod_roles              = {}
  }
}
