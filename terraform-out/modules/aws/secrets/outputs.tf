output "exports" {
  description = "The kind of store, the ARN of every secret by name, and for every name the policy that lets a workload read that secret alone."
  value = {
    store  = "aws-secretsmanager"
    refs   = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
    grants = local.grants
  }
}
