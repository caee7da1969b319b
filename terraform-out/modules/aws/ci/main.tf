locals {
  issuer        = trimprefix(var.spec.issuer, "https://")
  provider_arn  = "arn:aws:iam::${var.context.account}:oidc-provider/${local.issuer}"
  boundary_name = "${var.context.name}-${var.component}-boundary"
  boundary_arn  = "arn:aws:iam::${var.context.account}:policy/${local.boundary_name}"
  state_bucket  = "arn:aws:s3:::${var.state.bucket}"
  role_prefix   = "arn:aws:iam::${var.context.account}:role/"

  plan_roles  = [for name in keys(var.spec.environments) : "${local.role_prefix}${name}-plan"]
  apply_roles = [for name in keys(var.spec.environments) : "${local.role_prefix}${name}-apply"]
  ci_roles    = concat(local.plan_roles, local.apply_roles)

  # The one role that may change what holds for all.
  foundation_role = "${local.role_prefix}${var.context.name}-apply"

  roles = merge(
    { for name, environment in var.spec.environments : "${name}-plan" => merge(environment, { subjects = environment.plan_subjects }) },
    { for name, environment in var.spec.environments : "${name}-apply" => merge(environment, { subjects = environment.apply_subjects }) },
  )

  # Exact values only: `sub` says who, the numeric id says that nobody took over the name. The owner's id
  # is no claim that AWS compares; subjects carry it where the forge puts ids into them.
  trust = {
    for name, role in local.roles : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "Ci"
          Effect    = "Allow"
          Principal = { Federated = local.provider_arn }
          Action    = "sts:AssumeRoleWithWebIdentity"
          Condition = {
            StringEquals = {
              "${local.issuer}:aud"           = var.spec.audience
              "${local.issuer}:sub"           = role.subjects
              "${local.issuer}:repository_id" = var.spec.repository_id
            }
          }
        },
      ]
    })
  }
}

# AWS checks the issuer's certificate against its own list of authorities, so no thumbprint is given.
resource "aws_iam_openid_connect_provider" "this" {
  url            = var.spec.issuer
  client_id_list = [var.spec.audience]
  tags           = merge(var.tags, { Name = local.issuer })
}

resource "aws_iam_role" "plan" {
  for_each = var.spec.environments

  name                 = "${each.key}-plan"
  description          = "CI plans ${each.value.stack}/${each.value.environment}: reads configuration, never data"
  max_session_duration = 3600
  permissions_boundary = local.boundary_arn
  assume_role_policy   = local.trust["${each.key}-plan"]
  tags                 = merge(var.tags, { Name = "${each.key}-plan" })

  depends_on = [aws_iam_policy.boundary, aws_iam_openid_connect_provider.this]
}

# A database with a standby, a cluster and its nodes take longer than an hour together: an apply may ask for two.
resource "aws_iam_role" "apply" {
  for_each = var.spec.environments

  name                 = "${each.key}-apply"
  description          = "CI applies ${each.value.stack}/${each.value.environment}"
  max_session_duration = 7200
  permissions_boundary = local.boundary_arn
  assume_role_policy   = local.trust["${each.key}-apply"]
  tags                 = merge(var.tags, { Name = "${each.key}-apply" })

  depends_on = [aws_iam_policy.boundary, aws_iam_openid_connect_provider.this]
}

resource "aws_iam_role_policy" "plan" {
  for_each = var.spec.environments

  name   = "plan"
  role   = aws_iam_role.plan[each.key].id
  policy = local.plan_policies[each.key]

  lifecycle {
    precondition {
      condition     = length(local.plan_policies[each.key]) <= 10240
      error_message = "The policy of ${each.key}-plan is longer than the 10240 characters that IAM takes."
    }
  }
}

resource "aws_iam_role_policy" "apply" {
  for_each = var.spec.environments

  name   = "apply"
  role   = aws_iam_role.apply[each.key].id
  policy = local.apply_policies[each.key]

  lifecycle {
    precondition {
      condition     = length(local.apply_policies[each.key]) <= 10240
      error_message = "The policy of ${each.key}-apply is longer than the 10240 characters that IAM takes."
    }
  }
}

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_286:A boundary grants nothing; it caps what roles of CI and roles made by CI can ever be granted.
  #checkov:skip=CKV_AWS_287:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_288:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_289:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_290:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_355:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_62:A boundary grants nothing; see above.
  #checkov:skip=CKV_AWS_63:A boundary grants nothing; see above.
  #checkov:skip=CKV2_AWS_40:A boundary grants nothing; see above.
  name        = local.boundary_name
  description = "The most that CI, and any role that CI makes, can ever do"
  policy      = local.boundary
  tags        = merge(var.tags, { Name = local.boundary_name })

  lifecycle {
    precondition {
      condition     = length(local.boundary) <= 6144
      error_message = "The boundary is longer than the 6144 characters that IAM takes: too many environments share this account."
    }
  }
}
