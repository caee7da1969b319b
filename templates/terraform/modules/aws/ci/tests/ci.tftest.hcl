mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary" }
  }
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "123456789012"
    region         = "eu-central-1"
    replica_region = "eu-west-1"
    protected      = false
  }
  component = "ci"
  tags      = { component = "ci", data_class = "internal" }
  spec = {
    issuer              = "https://token.actions.githubusercontent.com"
    audience            = "sts.amazonaws.com"
    repository_id       = "1"
    repository_owner_id = "2"
    environments = {
      "control-plane-dev" = {
        stack          = "control-plane"
        environment    = "dev"
        plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan", "repo:example@2/platform@1:pull_request"]
        apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
        state_prefix   = "control-plane/dev/"
      }
      "foundation-dev" = {
        stack          = "foundation"
        environment    = "dev"
        plan_subjects  = ["repo:example@2/platform@1:environment:foundation-dev-plan"]
        apply_subjects = ["repo:example@2/platform@1:environment:foundation-dev"]
        state_prefix   = "foundation/dev/"
      }
    }
  }
  state = {
    bucket = "foundation-dev-state-123456789012"
    region = "eu-central-1"
    key_id = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111"
    lock   = "s3_lockfile"
  }
}

run "trusts_exact_subjects_only" {
  command = plan

  assert {
    condition     = keys(jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement[0].Condition) == ["StringEquals"]
    error_message = "Nothing but equality is tested."
  }

  assert {
    condition     = jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example@2/platform@1:environment:control-plane-dev"]
    error_message = "The subject is the environment, and no other."
  }

  assert {
    condition     = jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "1" && jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    error_message = "The repository is known by its number, the token is meant for AWS."
  }

  assert {
    condition     = aws_iam_openid_connect_provider.this.client_id_list == toset(["sts.amazonaws.com"])
    error_message = "One audience is known."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.plan), values(aws_iam_role.apply)) : role.max_session_duration == 3600 && role.permissions_boundary == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"])
    error_message = "Every role is capped and short-lived."
  }
}

run "plans_without_reading_data" {
  command = plan

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s if s.Sid == "DenyPayloads"]).NotResource == "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*"
    error_message = "Objects other than its own state are denied."
  }

  assert {
    condition     = contains(one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s if s.Sid == "DenyValues"]).Action, "secretsmanager:GetSecretValue")
    error_message = "Secret values are denied."
  }

  assert {
    condition     = alltrue([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s.Effect == "Deny" || !contains(flatten([s.Action]), "s3:PutObject") || endswith(try(tostring(s.Resource), ""), ".tflock")])
    error_message = "It writes locks and nothing else."
  }
}

run "keeps_environments_apart" {
  command = plan

  assert {
    condition     = length([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "DenyChangingCi"]) == 1 && length([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "ManageCiRoles"]) == 0
    error_message = "An environment cannot change CI."
  }

  assert {
    condition     = length([for s in jsondecode(aws_iam_role_policy.apply["foundation-dev"].policy).Statement : s if s.Sid == "ManageCiRoles"]) == 1
    error_message = "The foundation makes CI."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "MakeRolesUnderTheBoundary"]).Resource == "arn:aws:iam::123456789012:role/control-plane-dev-*"
    error_message = "It makes roles under its own name."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "WriteState"]).Resource == "arn:aws:s3:::foundation-dev-state-123456789012/control-plane/dev/*"
    error_message = "It writes its own state."
  }
}

run "refuses_wildcard_subjects" {
  command = plan

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "control-plane-dev" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan", "repo:example@2/platform@1:pull_request"]
          apply_subjects = ["repo:example@2/platform@1:*"]
          state_prefix   = "control-plane/dev/"
        }
        "foundation-dev" = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:foundation-dev"]
          state_prefix   = "foundation/dev/"
        }
      }
    }
  }

  expect_failures = [var.spec]
}

run "refuses_to_apply_from_pull_requests" {
  command = plan

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "control-plane-dev" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan", "repo:example@2/platform@1:pull_request"]
          apply_subjects = ["repo:example@2/platform@1:pull_request"]
          state_prefix   = "control-plane/dev/"
        }
        "foundation-dev" = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:foundation-dev"]
          state_prefix   = "foundation/dev/"
        }
      }
    }
  }

  expect_failures = [var.spec]
}
