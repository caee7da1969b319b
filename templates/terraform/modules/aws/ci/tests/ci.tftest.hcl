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
    bucket   = "foundation-dev-state-123456789012"
    region   = "eu-central-1"
    endpoint = "https://s3.eu-central-1.amazonaws.com"
    key_id   = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-4111-8111-111111111111"
    lock     = "s3_lockfile"
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
    condition     = alltrue([for role in values(aws_iam_role.plan) : role.max_session_duration == 3600]) && alltrue([for role in values(aws_iam_role.apply) : role.max_session_duration == 7200])
    error_message = "A plan is done within an hour, an apply within two."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.plan), values(aws_iam_role.apply)) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"])
    error_message = "Every role is capped."
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
    condition     = alltrue([for action in one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s if s.Sid == "Describe"]).Action : can(regex("^[a-z0-9-]+:(Describe|Get|List|View)[A-Za-z0-9]*\\*?$", action)) && !contains(["s3:Get*", "secretsmanager:Get*", "ssm:Get*"], action)])
    error_message = "It describes service by service, and changes nothing."
  }

  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s.Resource if s.Effect == "Allow" && contains(flatten([s.Action]), "s3:ListBucket")] == ["arn:aws:s3:::foundation-dev-state-123456789012", "arn:aws:s3:::control-plane-dev-*"]
    error_message = "It lists its own buckets and the names of states."
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

run "every_role_has_its_own_way_in" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for role in concat(values(aws_iam_role.plan), values(aws_iam_role.apply)) : [
        for statement in jsondecode(role.assume_role_policy).Statement :
        statement.Action == "sts:AssumeRoleWithWebIdentity" && keys(statement.Principal) == ["Federated"] && toset(keys(statement.Condition.StringEquals)) == toset([for claim in ["aud", "sub", "repository_id"] : "token.actions.githubusercontent.com:${claim}"])
      ]
    ]))
    error_message = "Every role is entered with a token of the issuer only, and all three claims are tested."
  }

  assert {
    condition     = jsondecode(aws_iam_role.plan["foundation-dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example@2/platform@1:environment:foundation-dev-plan"]
    error_message = "The subjects that plan are not those that apply."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.plan), values(aws_iam_role.apply)) : role.tags["component"] == "ci" && role.tags["data_class"] == "internal"])
    error_message = "Roles carry the tags."
  }
}

run "uses_the_state_key_through_s3" {
  command = plan

  assert {
    condition = alltrue([
      for policy in concat(values(aws_iam_role_policy.plan), values(aws_iam_role_policy.apply)) :
      one([for s in jsondecode(policy.policy).Statement : s.Condition if s.Sid == "UseStateKey"]) == { StringEquals = { "kms:ViaService" = "s3.eu-central-1.amazonaws.com" }, "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/foundation-dev-state"] } }
    ])
    error_message = "The key of the state is named by its alias, and used through S3."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s if s.Sid == "DenyOtherKeys"]).Effect == "Deny" && one([for s in jsondecode(aws_iam_role_policy.plan["control-plane-dev"].policy).Statement : s if s.Sid == "DenyDecryptingDirectly"]).Condition.StringNotEquals["kms:ViaService"] == "s3.eu-central-1.amazonaws.com"
    error_message = "A plan decrypts nothing else."
  }
}

run "statements_are_named_and_fit" {
  command = plan

  assert {
    condition = alltrue([
      for policy in concat([for p in aws_iam_role_policy.plan : p.policy], [for p in aws_iam_role_policy.apply : p.policy], [aws_iam_policy.boundary.policy]) :
      length(distinct([for s in jsondecode(policy).Statement : s.Sid])) == length(jsondecode(policy).Statement)
    ])
    error_message = "Every statement has a name of its own."
  }

  assert {
    condition     = length(aws_iam_policy.boundary.policy) <= 6144 && alltrue([for p in concat(values(aws_iam_role_policy.plan), values(aws_iam_role_policy.apply)) : length(p.policy) <= 10240])
    error_message = "IAM takes no longer policies."
  }
}

run "applies_without_reading_data" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for policy in values(aws_iam_role_policy.apply) : [
        for s in jsondecode(policy.policy).Statement : [
          for action in flatten([s.Action]) : !contains(["*", "s3:*", "secretsmanager:*", "kms:*", "iam:*", "sts:*", "secretsmanager:GetSecretValue", "ssm:GetParameter"], action) if s.Effect == "Allow"
        ]
      ]
    ]))
    error_message = "Nothing that holds data, keys or identities is managed as a whole."
  }

  assert {
    condition = alltrue(flatten([
      for policy in values(aws_iam_role_policy.apply) : [
        for s in jsondecode(policy.policy).Statement : [
          for action in flatten([s.Action]) : startswith(tostring(s.Resource), "arn:aws:s3:::foundation-dev-state-123456789012/") if s.Effect == "Allow" && contains(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], action)
        ]
      ]
    ]))
    error_message = "The only objects within reach are states."
  }

  assert {
    condition     = alltrue([for policy in values(aws_iam_role_policy.apply) : contains(one([for s in jsondecode(policy.policy).Statement : s.Action if s.Sid == "DenyValues" && s.Effect == "Deny"]), "secretsmanager:GetSecretValue")])
    error_message = "Values are denied to those that apply too."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "ManageBuckets"]).Resource == "arn:aws:s3:::control-plane-dev-*"
    error_message = "Buckets are managed by name, the foundation's are out of reach."
  }
}

run "makes_and_passes_roles_by_rule" {
  command = plan

  assert {
    condition = alltrue([
      for sid in ["MakeRolesUnderTheBoundary", "AttachKnownPolicies"] :
      one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == sid]).Condition.StringEquals["iam:PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"
    ])
    error_message = "A role is made and changed under the boundary only."
  }

  assert {
    condition = alltrue(flatten([
      for policy in values(aws_iam_role_policy.apply) : [
        for s in jsondecode(policy.policy).Statement : [
          for action in flatten([s.Action]) : can(s.Condition.StringEquals["iam:PermissionsBoundary"]) if s.Effect == "Allow" && contains(["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"], action)
        ]
      ]
    ]))
    error_message = "No statement gives these actions without the boundary."
  }

  assert {
    condition     = alltrue([for arn in one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "AttachKnownPolicies"]).Condition.ArnEquals["iam:PolicyARN"] : !strcontains(arn, "*") && !strcontains(arn, "Administrator")])
    error_message = "Managed policies are named one by one."
  }

  assert {
    condition     = !contains(one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "PassRoles"]).Condition.StringEquals["iam:PassedToService"], "*") && one([for s in jsondecode(aws_iam_role_policy.apply["control-plane-dev"].policy).Statement : s if s.Sid == "PassRoles"]).Resource == "arn:aws:iam::123456789012:role/control-plane-dev-*"
    error_message = "Its own roles are passed to known services."
  }
}

run "boundary_holds_for_what_ci_makes" {
  command = plan

  assert {
    condition     = aws_iam_policy.boundary.name == "foundation-dev-ci-boundary" && [for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s.Sid if s.Effect == "Allow"] == ["AtMost"]
    error_message = "The boundary takes away, under the name that other layers expect."
  }

  assert {
    condition     = toset(one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == "DenyIdentitiesToWorkloads"]).Condition.ArnNotEquals["aws:PrincipalArn"]) == toset(["arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-apply"])
    error_message = "Only those that apply change identities."
  }

  assert {
    condition = alltrue([
      for sid in ["DenyChangingCi", "DenyAccountSettings", "DenyFoundationBuckets", "DenyFoundationKeys", "DenyFoundationAliases"] :
      one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == sid]).Condition.ArnNotEquals["aws:PrincipalArn"] == "arn:aws:iam::123456789012:role/foundation-dev-apply"
    ])
    error_message = "Only the foundation changes what holds for all."
  }

  assert {
    condition     = toset(one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == "DenyChangingCi"]).Resource) == toset(["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary", "arn:aws:iam::123456789012:role/control-plane-dev-apply", "arn:aws:iam::123456789012:role/control-plane-dev-plan", "arn:aws:iam::123456789012:role/foundation-dev-apply", "arn:aws:iam::123456789012:role/foundation-dev-plan"])
    error_message = "Provider, boundary and every role of CI are covered."
  }

  assert {
    condition     = alltrue([for action in ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"] : contains(one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == "DenyBlindingTheAudit"]).Action, action)]) && !can(one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == "DenyBlindingTheAudit"]).Condition)
    error_message = "Nobody in CI stops the trail, the foundation included."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_policy.boundary.policy).Statement : s if s.Sid == "DenyStateToWorkloads"]).Resource == "arn:aws:s3:::foundation-dev-state-123456789012/*"
    error_message = "State is for CI."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["roles", "boundary"]) && toset(keys(output.exports.roles)) == toset(["control-plane-dev", "foundation-dev"]) && alltrue([for role in values(output.exports.roles) : toset(keys(role)) == toset(["plan", "apply"])])
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition     = output.exports.boundary == "arn:aws:iam::123456789012:policy/foundation-dev-ci-boundary"
    error_message = "The boundary is the one that roles carry."
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

run "refuses_a_branch_that_applies" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:ref:refs/heads/main"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_nobody_who_plans" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = []
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_one_subject_for_both" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_an_issuer_without_tls" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "http://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "control-plane-dev" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_any_audience" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "*"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "control-plane-dev" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_repository_by_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "example/platform"
      repository_owner_id = "2"
      environments = {
        "control-plane-dev" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_ids_of_another_owner" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@3/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "takes_subjects_without_ids" {
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
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role.apply["control-plane-dev"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/platform:environment:control-plane-dev"]
    error_message = "The classic form of a subject carries no ids."
  }
}

run "refuses_a_key_that_is_not_the_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "control-plane-prod" = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_malformed_prefix" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/"
        }
      }
    }
  }
}

run "refuses_one_prefix_twice" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
        "data-dev" = {
          stack          = "data"
          environment    = "dev"
          plan_subjects  = ["repo:example@2/platform@1:environment:data-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:data-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_name_that_begins_with_another" {
  command         = plan
  expect_failures = [var.spec]

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
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
        "control-plane-dev-eu" = {
          stack          = "control-plane"
          environment    = "dev-eu"
          plan_subjects  = ["repo:example@2/platform@1:environment:control-plane-dev-eu-plan"]
          apply_subjects = ["repo:example@2/platform@1:environment:control-plane-dev-eu"]
          state_prefix   = "control-plane/dev-eu/"
        }
      }
    }
  }
}

run "refuses_a_state_of_another_account" {
  command         = plan
  expect_failures = [var.state]

  variables {
    state = {
      bucket   = "foundation-dev-state-999999999999"
      region   = "eu-central-1"
      endpoint = "https://s3.eu-central-1.amazonaws.com"
      key_id   = "arn:aws:kms:eu-central-1:999999999999:key/11111111-1111-4111-8111-111111111111"
      lock     = "s3_lockfile"
    }
  }
}

run "refuses_more_environments_than_a_boundary_holds" {
  command         = plan
  expect_failures = [aws_iam_policy.boundary]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.amazonaws.com"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = { for number in range(10, 40) : "stack-env${number}" => {
        stack          = "stack"
        environment    = "env${number}"
        plan_subjects  = ["repo:example@2/platform@1:environment:stack-env${number}-plan"]
        apply_subjects = ["repo:example@2/platform@1:environment:stack-env${number}"]
        state_prefix   = "stack/env${number}/"
      } }
    }
  }
}

run "refuses_a_malformed_context" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "foundation"
      environment    = "dev"
      tier           = "test"
      name           = "foundation-dev"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
  }
}
