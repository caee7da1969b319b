mock_provider "stackit" {
  override_during = plan

  mock_resource "stackit_service_account" {
    defaults = { email = "some-a1b2c3d4@sa.stackit.cloud" }
  }
}

mock_provider "stackit" {
  alias           = "iam"
  override_during = plan
}

variables {
  context = {
    stack          = "foundation"
    environment    = "dev"
    tier           = "development"
    name           = "foundation-dev"
    account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
    region         = "eu01"
    replica_region = null
    protected      = false
  }
  component = "ci"
  tags      = { component = "ci", cost_centre = "4711", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  spec = {
    issuer              = "https://token.actions.githubusercontent.com"
    audience            = "sts.accounts.stackit.cloud"
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
}

run "makes_two_accounts_for_each_environment" {
  command = plan

  assert {
    condition     = keys(stackit_service_account.this) == ["control-plane-dev-apply", "control-plane-dev-plan", "foundation-dev-apply", "foundation-dev-plan"]
    error_message = "One account plans, another applies."
  }

  assert {
    condition     = alltrue([for account in stackit_service_account.this : length(account.name) <= 20 && can(regex("^[a-z](-?[a-z0-9]+)*$", account.name)) && account.project_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"])
    error_message = "Names are as the service takes them."
  }

  assert {
    condition     = stackit_service_account.this["foundation-dev-apply"].name == "foundation-dev-apply" && can(regex("^control-p-[0-9a-f]{4}-apply$", stackit_service_account.this["control-plane-dev-apply"].name))
    error_message = "A name that fits is kept, a longer one is cut."
  }
}

run "grants_the_least_that_works" {
  command = plan

  assert {
    condition     = { for key, grant in stackit_authorization_project_role_assignment.this : key => grant.role } == { "control-plane-dev-apply" = "editor", "control-plane-dev-plan" = "reader", "foundation-dev-apply" = "owner", "foundation-dev-plan" = "reader" }
    error_message = "Planning reads, applying edits, and only the foundation's own apply grants roles."
  }

  assert {
    condition     = alltrue([for grant in stackit_authorization_project_role_assignment.this : grant.resource_id == "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0" && grant.subject == "some-a1b2c3d4@sa.stackit.cloud"])
    error_message = "Roles are granted in the project, to the accounts."
  }
}

run "trusts_exact_subjects_only" {
  command = plan

  assert {
    condition = { for key, trust in stackit_service_account_federated_identity_provider.this : key => one([for assertion in trust.assertions : assertion.value if assertion.item == "sub"]) } == {
      "control-plane-dev-apply repo:example@2/platform@1:environment:control-plane-dev"     = "repo:example@2/platform@1:environment:control-plane-dev"
      "control-plane-dev-plan repo:example@2/platform@1:environment:control-plane-dev-plan" = "repo:example@2/platform@1:environment:control-plane-dev-plan"
      "control-plane-dev-plan repo:example@2/platform@1:pull_request"                       = "repo:example@2/platform@1:pull_request"
      "foundation-dev-apply repo:example@2/platform@1:environment:foundation-dev"           = "repo:example@2/platform@1:environment:foundation-dev"
      "foundation-dev-plan repo:example@2/platform@1:environment:foundation-dev-plan"       = "repo:example@2/platform@1:environment:foundation-dev-plan"
    }
    error_message = "Each subject has a trust of its own, for the account it may enter."
  }

  assert {
    condition = alltrue([
      for trust in stackit_service_account_federated_identity_provider.this :
      [for assertion in trust.assertions : assertion.item] == ["aud", "sub", "repository_id", "repository_owner_id"] && alltrue([for assertion in trust.assertions : assertion.operator == "equals"])
    ])
    error_message = "All four claims are tested, by equality."
  }

  assert {
    condition = alltrue([
      for trust in stackit_service_account_federated_identity_provider.this :
      trust.assertions[0].value == "sts.accounts.stackit.cloud" && trust.assertions[2].value == "1" && trust.assertions[3].value == "2" && trust.issuer == "https://token.actions.githubusercontent.com"
    ])
    error_message = "Tokens are the forge's, meant for STACKIT, and of this repository."
  }
}

run "hands_on_addresses" {
  command = plan

  assert {
    condition     = keys(output.exports.roles) == ["control-plane-dev", "foundation-dev"] && output.exports.roles["control-plane-dev"].apply == "some-a1b2c3d4@sa.stackit.cloud" && output.exports.boundary == null
    error_message = "Roles are e-mail addresses; there is no boundary."
  }
}

run "refuses_a_plain_issuer" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "http://token.example.org"
      audience            = "sts.accounts.stackit.cloud"
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
  }
}

run "refuses_a_wildcard_audience" {
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
  }
}

run "refuses_a_repository_by_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "platform"
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
  }
}

run "refuses_an_owner_by_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "example"
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
  }
}

run "refuses_a_wildcard_subject" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:*"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_a_branch" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:ref:refs/heads/main"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_pull_requests_that_apply" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan"], apply_subjects = ["repo:o/r:pull_request"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_an_environment_that_nobody_plans" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = [], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_an_environment_that_nobody_applies" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan"], apply_subjects = [], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_a_subject_named_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan", "repo:o/r:environment:a-dev-plan"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_a_malformed_state_prefix" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a" }
      }
    }
  }
}

run "refuses_a_name_that_is_not_stack_and_environment" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "b-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_two_hyphens_in_a_row" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      issuer              = "https://token.actions.githubusercontent.com"
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a--dev" = { stack = "a-", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev-plan"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
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
      audience            = "sts.accounts.stackit.cloud"
      repository_id       = "1"
      repository_owner_id = "2"
      environments = {
        "a-dev" = { stack = "a", environment = "dev", plan_subjects = ["repo:o/r:environment:a-dev"], apply_subjects = ["repo:o/r:environment:a-dev"], state_prefix = "a/dev/" }
      }
    }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "Control-Plane-dev-"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_unknown_tier" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "test"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_an_account_that_is_no_project" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "123456789012"
      region         = "eu01"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_region_of_another_provider" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu-central-1"
      replica_region = null
      protected      = false
    }
  }
}

run "refuses_a_replica_in_the_same_region" {
  command         = plan
  expect_failures = [var.context]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "dev"
      tier           = "development"
      name           = "control-plane-dev"
      account        = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
      region         = "eu01"
      replica_region = "eu01"
      protected      = false
    }
  }
}

run "refuses_a_long_component_name" {
  command         = plan
  expect_failures = [var.component]

  variables {
    component = "fifteen-letters"
  }
}

run "refuses_tags_without_who_pays" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "some", data_class = "internal", environment = "dev", managed_by = "gen", owner = "platform", stack = "foundation" }
  }
}
