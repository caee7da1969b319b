output "exports" {
  description = "Name and version, and the service account of each workload. Address and certificate authority of the API stand in a kubeconfig alone, which is a credential; there are no security groups to name."
  value = {
    name                   = stackit_ske_cluster.this.name
    endpoint               = null
    version                = var.spec.version
    certificate_authority  = null
    security_group_id      = null
    node_security_group_id = null
    pod_roles              = { for name, account in stackit_service_account.workload : name => account.email }
  }
}
