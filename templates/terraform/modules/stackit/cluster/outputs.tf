output "exports" {
  description = "Name and version. Address and certificate authority of the API stand in a kubeconfig alone, which is a credential; security groups and identities of pods do not exist here."
  value = {
    name                   = stackit_ske_cluster.this.name
    endpoint               = null
    version                = var.spec.version
    certificate_authority  = null
    security_group_id      = null
    node_security_group_id = null
    pod_roles              = {}
  }
}
