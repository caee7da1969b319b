output "exports" {
  description = "roles: environment to the roles that plan and apply it. boundary: the policy that caps every role that CI makes."
  value = {
    roles    = { for name in keys(var.spec.environments) : name => { plan = aws_iam_role.plan[name].arn, apply = aws_iam_role.apply[name].arn } }
    boundary = aws_iam_policy.boundary.arn
  }
}
