# Who gets at which state. A policy of Object Storage lists who is let in and shuts out everybody else; both it and IAM have
# to allow a call.

locals {
  statements = var.state == null ? [] : concat(
    [
      {
        # wildcard: the policy's list of actions has no names for all settings of a bucket; IAM says which of them each may read or change
        Sid       = "KeepBucket"
        Effect    = "Allow"
        Principal = { SCW = [for application in [scaleway_iam_application.plan, scaleway_iam_application.apply] : "application_id:${application[var.context.name].id}"] }
        Action    = ["s3:*"]
        Resource  = [var.state.bucket]
      },
      {
        Sid       = "ListStates"
        Effect    = "Allow"
        Principal = { SCW = [for application in concat(values(scaleway_iam_application.plan), values(scaleway_iam_application.apply)) : "application_id:${application.id}"] }
        Action    = ["s3:ListBucket"]
        Resource  = [var.state.bucket]
      },
    ],
    [
      for name, environment in var.spec.environments : {
        Sid       = "Plan-${name}"
        Effect    = "Allow"
        Principal = { SCW = ["application_id:${scaleway_iam_application.plan[name].id}"] }
        Action    = ["s3:GetObject"]
        Resource  = ["${var.state.bucket}/${environment.state_prefix}*"]
      }
    ],
    [
      for name, environment in var.spec.environments : {
        Sid       = "Apply-${name}"
        Effect    = "Allow"
        Principal = { SCW = ["application_id:${scaleway_iam_application.apply[name].id}"] }
        # Deleting is for locks. What is deleted or written over stays as an old version, which no application removes.
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = ["${var.state.bucket}/${environment.state_prefix}*"]
      }
    ],
  )
}

resource "scaleway_object_bucket_policy" "state" {
  count = var.state == null ? 0 : 1

  bucket     = var.state.bucket
  project_id = var.context.account
  region     = var.state.region

  policy = jsonencode({
    Version   = "2023-04-17"
    Id        = "${var.context.name}-${var.component}"
    Statement = local.statements
  })

  # Whoever this lets in must have their rights first, or nobody could continue.
  depends_on = [
    scaleway_iam_policy.apply, scaleway_iam_policy.foundation_apply, scaleway_iam_policy.foundation_plan, scaleway_iam_policy.plan,
  ]
}
