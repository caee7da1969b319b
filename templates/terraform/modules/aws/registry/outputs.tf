output "exports" {
  description = "Addresses by repository."
  value = {
    repositories = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
  }
}
