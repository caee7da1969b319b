output "exports" {
  description = "How to reach the API (name, endpoint, version, certificate authority), the security groups of control plane and nodes, and the role of each workload."
  value = {
    name                   = aws_eks_cluster.this.name
    endpoint               = aws_eks_cluster.this.endpoint
    version                = var.spec.version
    certificate_authority  = aws_eks_cluster.this.certificate_authority[0].data
    security_group_id      = aws_security_group.control_plane.id
    node_security_group_id = aws_security_group.node.id
    pod_roles              = { for name, role in aws_iam_role.workload : name => role.arn }
  }
}
