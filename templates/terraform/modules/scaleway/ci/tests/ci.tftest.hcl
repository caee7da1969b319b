mock_provider "scaleway" {
  override_during = plan

  override_resource {
    target = scaleway_iam_application.plan["foundation-dev"]
    values = { id = "6f708192-0000-4000-8000-000000000001", organization_id = "70819203-0000-4000-8000-000000000001" }
  }

  override_resource {
    target = scaleway_iam_application.apply["foundation-dev"]
    values = { id = "6f708192-0000-4000-8000-000000000002", organization_id = "70819203-0000-4000-8000-000000000001" }
  }

  override_resource {
    target = scaleway_iam_application.plan["control-plane-dev"]
    values = { id = "6f708192-0000-4000-8000-000000000003", organization_id = "70819203-0000-4000-8000-000000000001" }
  }

  override_resource {
    target = scaleway_iam_application.apply["control-plane-dev"]
    values = { id = "6f708192-0000-4000-8000-000000000004", organization_id = "70819203-0000-4000-8000-000000000001" }
  }

  override_resource {
    target = scaleway_iam_group.plan
    values = { id = "6f708192-0000-4000-8000-000000000011" }
  }

  override_resource {
    target = scaleway_iam_group.apply
    values = { id = "6f708192-0000-4000-8000-000000000012" }
  }
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "1a2b3c4d-0000-4000-8000-000000000001"
    region         = "fr-par"
    replica_region = "nl-ams"
    protected      = false
  }
  component = "ci"
  tags      = { component = "ci", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  state = {
    bucket   = "foundation-dev-state-1a2b3c4d"
    region   = "fr-par"
    endpoint = "https://s3.fr-par.scw.cloud"
    key_id   = "fr-par/3c4d5e6f-0000-4000-8000-000000000021"
    lock     = "s3_lockfile"
  }
  spec = {
    issuer              = "https://token.actions.githubusercontent.com"
    repository_id       = "900000001"
    repository_owner_id = "900000002"
    environments = {
      foundation-dev = {
        stack          = "foundation"
        environment    = "dev"
        plan_subjects  = ["repo:example/platform:environment:foundation-dev-plan"]
        apply_subjects = ["repo:example/platform:environment:foundation-dev"]
        state_prefix   = "foundation/dev/"
      }
      control-plane-dev = {
        stack          = "control-plane"
        environment    = "dev"
        plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan", "repo:example/platform:pull_request"]
        apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
        state_prefix   = "control-plane/dev/"
      }
    }
  }
}

run "makes_two_applications_per_environment" {
  command = plan

  assert {
    condition     = { for name, application in scaleway_iam_application.plan : name => application.name } == { control-plane-dev = "control-plane-dev-plan", foundation-dev = "foundation-dev-plan" } && { for name, application in scaleway_iam_application.apply : name => application.name } == { control-plane-dev = "control-plane-dev-apply", foundation-dev = "foundation-dev-apply" }
    error_message = "Each environment has an application that plans and one that applies."
  }

  assert {
    condition     = scaleway_iam_group.plan.application_ids == toset(["6f708192-0000-4000-8000-000000000001", "6f708192-0000-4000-8000-000000000003"]) && scaleway_iam_group.apply.application_ids == toset(["6f708192-0000-4000-8000-000000000002", "6f708192-0000-4000-8000-000000000004"])
    error_message = "Those that plan do not apply."
  }

  assert {
    condition     = length(scaleway_iam_group.plan.user_ids) == 0 && length(scaleway_iam_group.apply.user_ids) == 0
    error_message = "No person is in the groups of CI."
  }

  assert {
    condition     = alltrue([for resource in concat(values(scaleway_iam_application.plan), values(scaleway_iam_application.apply), [scaleway_iam_group.plan, scaleway_iam_group.apply, scaleway_iam_policy.plan, scaleway_iam_policy.apply]) : resource.tags == tolist(["component=ci", "cost_centre=4711", "data_class=internal", "environment=dev", "managed_by=gen", "owner=platform", "stack=foundation"])])
    error_message = "All of it carries the tags."
  }
}

run "plans_without_writing" {
  command = plan

  assert {
    condition     = scaleway_iam_policy.plan.group_id == "6f708192-0000-4000-8000-000000000011" && length(scaleway_iam_policy.plan.rule) == 1 && scaleway_iam_policy.plan.rule[0].project_ids == tolist(["1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Who plans has one rule, for the project."
  }

  assert {
    condition     = alltrue([for set in scaleway_iam_policy.plan.rule[0].permission_set_names : endswith(set, "ReadOnly") || contains(["KeyManagerKeyDecrypt", "ObjectStorageBucketsRead", "ObjectStorageObjectsRead"], set)])
    error_message = "Who plans writes nothing."
  }
}

run "applies_without_handing_out_rights" {
  command = plan

  assert {
    condition     = scaleway_iam_policy.apply.group_id == "6f708192-0000-4000-8000-000000000012" && length(scaleway_iam_policy.apply.rule) == 1 && scaleway_iam_policy.apply.rule[0].project_ids == tolist(["1a2b3c4d-0000-4000-8000-000000000001"])
    error_message = "Who applies has one rule, for the project."
  }

  assert {
    condition     = alltrue([for set in scaleway_iam_policy.apply.rule[0].permission_set_names : !startswith(set, "IAM") && !startswith(set, "AllProducts") && !startswith(set, "Organization") && !contains(["KeyManagerFullAccess", "KeyManagerKeyDelete", "KubernetesSystemMastersGroupAccess", "ObjectStorageBucketPolicyFullAccess", "ObjectStorageFullAccess", "SecretManagerFullAccess", "SecretManagerSecretAccess"], set)])
    error_message = "Who applies hands out no rights, reads no secret and deletes no key."
  }

  assert {
    condition     = length(setsubtract(["ContainerRegistryFullAccess", "KeyManagerKeyCreate", "KubernetesFullAccess", "ObjectStorageBucketsWrite", "PrivateNetworksFullAccess", "SecretManagerSecretCreate", "VPCFullAccess", "VPCGatewayFullAccess"], scaleway_iam_policy.apply.rule[0].permission_set_names)) == 0
    error_message = "Who applies can make what the modules make."
  }
}

run "only_the_foundation_hands_out_rights" {
  command = plan

  assert {
    condition     = scaleway_iam_policy.foundation_apply.application_id == "6f708192-0000-4000-8000-000000000002" && scaleway_iam_policy.foundation_plan.application_id == "6f708192-0000-4000-8000-000000000001"
    error_message = "Rights over the organisation are those of the foundation's applications."
  }

  assert {
    condition     = scaleway_iam_policy.foundation_apply.rule[0].organization_id == "70819203-0000-4000-8000-000000000001" && scaleway_iam_policy.foundation_apply.rule[0].permission_set_names == toset(["BillingManager", "IAMApplicationManager", "IAMGroupManager", "IAMPolicyManager"]) && scaleway_iam_policy.foundation_apply.rule[1].permission_set_names == toset(["ObjectStorageBucketPolicyFullAccess"])
    error_message = "They are what the foundation's modules need."
  }

  assert {
    condition     = scaleway_iam_policy.foundation_plan.rule[0].permission_set_names == toset(["BillingReadOnly", "IAMReadOnly"]) && scaleway_iam_policy.foundation_plan.rule[1].permission_set_names == toset(["ObjectStorageReadOnly"])
    error_message = "Who plans the foundation reads."
  }
}

run "keeps_states_apart" {
  command = plan

  assert {
    condition     = scaleway_object_bucket_policy.state[0].bucket == "foundation-dev-state-1a2b3c4d" && scaleway_object_bucket_policy.state[0].region == "fr-par" && scaleway_object_bucket_policy.state[0].project_id == "1a2b3c4d-0000-4000-8000-000000000001" && jsondecode(scaleway_object_bucket_policy.state[0].policy).Version == "2023-04-17"
    error_message = "The policy is the state bucket's, in the version that only lets in."
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(scaleway_object_bucket_policy.state[0].policy).Statement : statement.Sid => { for part, value in statement : part => value if part != "Sid" } }) == jsonencode({
      KeepBucket              = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000001", "application_id:6f708192-0000-4000-8000-000000000002"] }, Action = ["s3:*"], Resource = ["foundation-dev-state-1a2b3c4d"] }
      ListStates              = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000003", "application_id:6f708192-0000-4000-8000-000000000001", "application_id:6f708192-0000-4000-8000-000000000004", "application_id:6f708192-0000-4000-8000-000000000002"] }, Action = ["s3:ListBucket"], Resource = ["foundation-dev-state-1a2b3c4d"] }
      Plan-control-plane-dev  = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000003"] }, Action = ["s3:GetObject"], Resource = ["foundation-dev-state-1a2b3c4d/control-plane/dev/*"] }
      Plan-foundation-dev     = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000001"] }, Action = ["s3:GetObject"], Resource = ["foundation-dev-state-1a2b3c4d/foundation/dev/*"] }
      Apply-control-plane-dev = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000004"] }, Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = ["foundation-dev-state-1a2b3c4d/control-plane/dev/*"] }
      Apply-foundation-dev    = { Effect = "Allow", Principal = { SCW = ["application_id:6f708192-0000-4000-8000-000000000002"] }, Action = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], Resource = ["foundation-dev-state-1a2b3c4d/foundation/dev/*"] }
    })
    error_message = "Each application gets at the states of its environment, and nobody at an old version."
  }
}

run "leaves_a_state_elsewhere_alone" {
  command = plan

  variables {
    state = null
  }

  assert {
    condition     = length(scaleway_object_bucket_policy.state) == 0
    error_message = "Where the state is not at Scaleway, there is no bucket to make a policy for."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition = output.exports == {
      roles = {
        control-plane-dev = { plan = "6f708192-0000-4000-8000-000000000003", apply = "6f708192-0000-4000-8000-000000000004" }
        foundation-dev    = { plan = "6f708192-0000-4000-8000-000000000001", apply = "6f708192-0000-4000-8000-000000000002" }
      }
      boundary = null
    }
    error_message = "The exports have exactly the fields of the contract, and no key."
  }
}

run "refuses_a_foundation_that_is_left_out" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      repository_id       = "900000001"
      repository_owner_id = "900000002"
      environments        = {}
    }
  }
}

run "refuses_a_malformed_prefix" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      repository_id       = "900000001"
      repository_owner_id = "900000002"
      environments = {
        foundation-dev = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example/platform:environment:foundation-dev"]
          state_prefix   = "foundation"
        }
        control-plane-dev = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan", "repo:example/platform:pull_request"]
          apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_prefix_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      repository_id       = "900000001"
      repository_owner_id = "900000002"
      environments = {
        foundation-dev = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example/platform:environment:foundation-dev"]
          state_prefix   = "foundation/dev/"
        }
        control-plane-dev = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan", "repo:example/platform:pull_request"]
          apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
          state_prefix   = "foundation/dev/"
        }
      }
    }
  }
}

run "refuses_a_key_that_is_not_the_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      repository_id       = "900000001"
      repository_owner_id = "900000002"
      environments = {
        foundation-dev = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example/platform:environment:foundation-dev"]
          state_prefix   = "foundation/dev/"
        }
        control-plane-dev = {
          stack          = "other"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev-plan", "repo:example/platform:pull_request"]
          apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_subject_that_plans_and_applies" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      repository_id       = "900000001"
      repository_owner_id = "900000002"
      environments = {
        foundation-dev = {
          stack          = "foundation"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:foundation-dev-plan"]
          apply_subjects = ["repo:example/platform:environment:foundation-dev"]
          state_prefix   = "foundation/dev/"
        }
        control-plane-dev = {
          stack          = "control-plane"
          environment    = "dev"
          plan_subjects  = ["repo:example/platform:environment:control-plane-dev", "repo:example/platform:pull_request"]
          apply_subjects = ["repo:example/platform:environment:control-plane-dev"]
          state_prefix   = "control-plane/dev/"
        }
      }
    }
  }
}

run "refuses_a_state_elsewhere" {
  command         = plan
  expect_failures = [var.state]

  variables {
    state = {
      bucket   = "b"
      region   = "eu-central-1"
      endpoint = "https://s3.eu-central-1.amazonaws.com"
      lock     = "s3_lockfile"
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
      region         = "us-east-1"
      replica_region = "us-east-1"
      protected      = false
    }
  }
}

run "refuses_a_copy_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "foundation"
      environment    = "dev"
      tier           = "development"
      name           = "foundation-dev"
      account        = "1a2b3c4d-0000-4000-8000-000000000001"
      region         = "fr-par"
      replica_region = "fr-par"
      protected      = false
    }
  }
}

run "refuses_a_malformed_component" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "No_Name"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "ci", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  }
}
