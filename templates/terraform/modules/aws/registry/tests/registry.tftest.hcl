mock_provider "aws" {
  override_during = plan

  mock_resource "aws_ecr_repository" {
    defaults = { repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/control-plane/api" }
  }
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
  keys = {
    ids = {
      registry = "arn:aws:kms:eu-central-1:123456789012:key/9e4f3c6b-2d5a-4f7e-9cab-1d2e3f4a5b6c"
    }
    replica_ids = {}
  }
  spec = {
    repositories  = ["control-plane/api", "control-plane/worker"]
    keep_images   = 20
    untagged_days = 14
  }
}

run "holds_tags_still_and_encrypts" {
  command = plan

  assert {
    condition     = toset(keys(aws_ecr_repository.this)) == toset(["control-plane/api", "control-plane/worker"])
    error_message = "One repository for each name."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE"])
    error_message = "A tag that was pushed cannot be moved."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.encryption_configuration[0].encryption_type == "KMS" && repository.encryption_configuration[0].kms_key == var.keys.ids["registry"]])
    error_message = "Images are encrypted with the registry key."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_scanning_configuration[0].scan_on_push])
    error_message = "Images are scanned when they are pushed."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.force_delete != true])
    error_message = "A repository with images in it cannot be deleted."
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.tags["component"] == "registry" && repository.tags["data_class"] == "internal"])
    error_message = "Repositories carry the tags."
  }
}

run "keeps_the_newest_and_drops_the_untagged" {
  command = plan

  assert {
    condition     = toset(keys(aws_ecr_lifecycle_policy.this)) == toset(keys(aws_ecr_repository.this))
    error_message = "Every repository has the lifecycle."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this["control-plane/api"].policy).rules[0].selection == { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
    error_message = "Untagged images go after untagged_days."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this["control-plane/api"].policy).rules[1].selection == { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 20 }
    error_message = "keep_images of the newest stay."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this["control-plane/api"].policy).rules[0].rulePriority < jsondecode(aws_ecr_lifecycle_policy.this["control-plane/api"].policy).rules[1].rulePriority
    error_message = "The rule for any image comes last."
  }
}

run "admits_this_account_only" {
  command = plan

  assert {
    condition     = toset(keys(aws_ecr_repository_policy.this)) == toset(keys(aws_ecr_repository.this))
    error_message = "Every repository has the policy."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_ecr_repository_policy.this["control-plane/worker"].policy).Statement : statement.Effect == "Deny"])
    error_message = "The policy allows nobody anything."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_ecr_repository_policy.this["control-plane/worker"].policy).Statement : statement.Condition.StringNotEquals["aws:PrincipalAccount"] if statement.Sid == "DenyOtherAccounts"]) == "123456789012"
    error_message = "Other accounts are denied."
  }
}

run "exports_the_addresses" {
  command = plan

  assert {
    condition     = output.exports == { repositories = { "control-plane/api" = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/control-plane/api", "control-plane/worker" = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/control-plane/api" } }
    error_message = "Exports map each name to its URL."
  }
}

run "makes_nothing_without_repositories" {
  command = plan

  variables {
    spec = {
      repositories  = []
      keep_images   = 20
      untagged_days = 14
    }
  }

  assert {
    condition     = length(aws_ecr_repository.this) == 0 && length(output.exports.repositories) == 0
    error_message = "A stack without workloads has an empty registry."
  }
}

run "refuses_a_repository_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api", "control-plane/api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/Api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_another_stacks_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["billing/api"]
      keep_images   = 20
      untagged_days = 14
    }
  }
}

run "refuses_to_keep_nothing" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api", "control-plane/worker"]
      keep_images   = 0
      untagged_days = 14
    }
  }
}

run "refuses_to_keep_too_few_when_protected" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "prod"
      tier           = "production"
      name           = "control-plane-prod"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = true
    }
    spec = {
      repositories  = ["control-plane/api", "control-plane/worker"]
      keep_images   = 5
      untagged_days = 14
    }
  }
}

run "refuses_an_untagged_time_of_zero" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      repositories  = ["control-plane/api", "control-plane/worker"]
      keep_images   = 20
      untagged_days = 0
    }
  }
}

run "refuses_a_missing_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = { ids = {}, replica_ids = {} }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "component-too-long"
  }
}

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "registry" }
  }
}
