mock_provider "aws" {
  override_during = plan
}

variables {
  context = {
    stack          = "control-plane"
    environment    = "dev"
    tier           = "development"
    name           = "control-plane-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "registry"
  tags      = { component = "registry", data_class = "internal" }
  spec      = { repositories = ["control-plane/api"], keep_images = 20, untagged_days = 14 }
  keys = {
    ids = {
      cluster  = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111"
      logs     = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-4222-8222-222222222222"
      registry = "arn:aws:kms:eu-central-1:123456789012:key/33333333-3333-4333-8333-333333333333"
    }
    replica_ids = {}
  }

}

run "keeps_tags_and_scans" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this["control-plane/api"].image_tag_mutability == "IMMUTABLE"
    error_message = "A tag cannot be moved."
  }

  assert {
    condition     = aws_ecr_repository.this["control-plane/api"].image_scanning_configuration[0].scan_on_push
    error_message = "Images are scanned."
  }

  assert {
    condition     = aws_ecr_repository.this["control-plane/api"].encryption_configuration[0].kms_key == var.keys.ids["registry"]
    error_message = "Images are under the key."
  }

  assert {
    condition     = jsondecode(aws_ecr_repository_policy.this["control-plane/api"].policy).Statement[0].Effect == "Deny"
    error_message = "Other accounts are kept out."
  }

  assert {
    condition     = length(jsondecode(aws_ecr_lifecycle_policy.this["control-plane/api"].policy).rules) == 2
    error_message = "Old images expire."
  }
}

run "refuses_names_of_others" {
  command = plan

  variables {
    spec = { repositories = ["other/api"], keep_images = 20, untagged_days = 14 }
  }

  expect_failures = [var.spec]
}
