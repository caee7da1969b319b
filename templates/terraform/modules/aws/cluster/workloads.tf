# One role per workload, for its service account in its namespace of this cluster and nobody else.

locals {
  # Identities that Pod Identity may hand a role to: workloads, add-ons and controllers.
  identities = merge(
    { for name, workload in var.spec.workloads : "workload/${name}" => { namespace = workload.namespace, service_account = workload.service_account } },
    { for name, role in local.addon_roles : "addon/${name}" => { namespace = role.namespace, service_account = role.service_account } },
    { for name, role in local.controllers : "controller/${name}" => { namespace = role.namespace, service_account = role.service_account } },
  )

  pod_trusts = {
    for key, identity in local.identities : key => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "PodIdentity"
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount"                         = var.context.account
            "aws:RequestTag/eks-cluster-arn"            = local.arn
            "aws:RequestTag/kubernetes-namespace"       = identity.namespace
            "aws:RequestTag/kubernetes-service-account" = identity.service_account
          }
        }
      }]
    })
  }

  # Roles have at most 64 characters; a hash keeps shortened names apart.
  pod_names = { for name in keys(var.spec.workloads) : name => "${local.name}-pod-${name}" }
  role_names = {
    for workload, name in local.pod_names :
    workload => length(name) <= 64 ? name : "${trimsuffix(substr(name, 0, 55), "-")}-${substr(sha256(name), 0, 8)}"
  }

  # Keys from the spec alone: the documents may be unknown until the apply.
  access = merge([
    for name, workload in var.spec.workloads : {
      for component, access in workload.uses : "${name}/${component}/${access}" => { workload = name, component = component, access = access }
    }
  ]...)

  # A stack whose secrets live elsewhere has no component for them.
  secrets = var.spec.secret_store == null ? {} : merge([
    for name, workload in var.spec.workloads : {
      for secret in workload.secrets : "${name}/${secret}" => { workload = name, secret = secret }
    }
  ]...)
}

resource "aws_iam_role" "workload" {
  for_each = var.spec.workloads

  name                 = local.role_names[each.key]
  description          = "Workload ${each.key} in ${local.name}"
  assume_role_policy   = local.pod_trusts["workload/${each.key}"]
  permissions_boundary = var.spec.boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "access" {
  for_each = local.access

  name   = "${each.value.component}-${each.value.access}"
  role   = aws_iam_role.workload[each.value.workload].name
  policy = var.grants[each.value.component][each.value.access]
}

resource "aws_iam_role_policy" "secret" {
  for_each = local.secrets

  name   = "secret-${replace(each.value.secret, "/", ".")}"
  role   = aws_iam_role.workload[each.value.workload].name
  policy = var.grants[var.spec.secret_store][each.value.secret]
}

resource "aws_eks_pod_identity_association" "workload" {
  for_each = var.spec.workloads

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.workload[each.key].arn

  tags = var.tags
}
