mock_provider "aws" {
  override_during = plan

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:control-plane/dev/api/signing-a1B2c3" }
  }
}

mock_provider "aws" {
  alias = "replica"
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
  component = "secrets"
  tags      = { component = "secrets", data_class = "restricted" }
  keys = {
    ids         = { secrets = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9" }
    replica_ids = { secrets = "arn:aws:kms:eu-west-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9" }
  }
  spec = {
    names = {
      "api/signing" = { keys = ["private_key"], purpose = "Signs the tokens of the API" }
      "webhook"     = { keys = ["current", "previous"], purpose = "Signs webhooks" }
    }
    recovery_days = 7
    replicate     = false
  }
}

run "makes_empty_encrypted_secrets" {
  command = plan

  assert {
    condition     = { for name, secret in aws_secretsmanager_secret.this : name => secret.name } == { "api/signing" = "control-plane/dev/api/signing", "webhook" = "control-plane/dev/webhook" }
    error_message = "Secrets are named after stack, environment and name."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == var.keys.ids["secrets"] && secret.recovery_window_in_days == 7])
    error_message = "Every secret is under the secrets key and can be recovered."
  }

  assert {
    condition     = aws_secretsmanager_secret.this["webhook"].description == "Signs webhooks (JSON with current, previous)"
    error_message = "The description says what to put there."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.tags == tomap({ component = "secrets", data_class = "restricted" })])
    error_message = "Secrets carry the tags."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : length(secret.replica) == 0])
    error_message = "No copy unless asked for."
  }
}

run "refuses_plain_connections_and_other_accounts" {
  command = plan

  assert {
    condition     = toset(keys(aws_secretsmanager_secret_policy.this)) == toset(["api/signing", "webhook"]) && alltrue([for policy in aws_secretsmanager_secret_policy.this : policy.block_public_policy])
    error_message = "Every secret has a policy, and none can become public."
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_secretsmanager_secret_policy.this : [for statement in jsondecode(policy.policy).Statement : statement.Effect == "Deny" && statement.Principal == "*"]]))
    error_message = "The policy allows nothing to anybody."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_secretsmanager_secret_policy.this["webhook"].policy).Statement : statement.Condition if statement.Sid == "DenyInsecureTransport"]) == { Bool = { "aws:SecureTransport" = "false" } }
    error_message = "Secrets are reached over TLS only."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_secretsmanager_secret_policy.this["webhook"].policy).Statement : statement.Condition if statement.Sid == "DenyOtherAccounts"]) == { StringNotEquals = { "aws:PrincipalAccount" = "123456789012" }, Bool = { "aws:PrincipalIsAWSService" = "false" } }
    error_message = "Other accounts are refused."
  }
}

run "grants_one_secret_each" {
  command = plan

  assert {
    condition     = toset(keys(output.exports.grants)) == toset(["api/signing", "webhook"])
    error_message = "Every secret has a grant."
  }

  assert {
    condition     = jsondecode(output.exports.grants["api/signing"]).Statement[0] == { Sid = "ReadSecret", Effect = "Allow", Action = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], Resource = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:control-plane/dev/api/signing-??????"] }
    error_message = "A grant reads one secret, and writes none."
  }

  assert {
    condition     = jsondecode(output.exports.grants["webhook"]).Statement[1] == { Sid = "DecryptSecret", Effect = "Allow", Action = ["kms:Decrypt"], Resource = ["arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9"], Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.eu-central-1.amazonaws.com" }, StringLike = { "kms:EncryptionContext:SecretARN" = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:control-plane/dev/webhook-??????"] } } }
    error_message = "The key opens that secret only, through Secrets Manager only."
  }
}

run "replicates_when_asked" {
  command = plan

  variables {
    spec = {
      names         = { "webhook" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = true
    }
  }

  assert {
    condition     = one(aws_secretsmanager_secret.this["webhook"].replica).region == "eu-west-1" && one(aws_secretsmanager_secret.this["webhook"].replica).kms_key_id == var.keys.replica_ids["secrets"]
    error_message = "The copy is in the replica region, under its key."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["store", "refs", "grants"]) && output.exports.store == "aws-secretsmanager" && toset(keys(output.exports.refs)) == toset(["api/signing", "webhook"]) && alltrue([for arn in values(output.exports.refs) : startswith(arn, "arn:aws:secretsmanager:eu-central-1:")])
    error_message = "The exports have exactly the fields of the contract."
  }
}

run "refuses_no_secret" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = {}
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_malformed_name" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "/API signing" = { keys = ["k"], purpose = "Signs" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_name_with_an_empty_part" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "api//signing" = { keys = ["k"], purpose = "Signs" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_secret_without_keys" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = [], purpose = "Signs" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_key_twice" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = ["a", "a"], purpose = "Signs" } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_a_secret_without_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = ["current"], purpose = " " } }
      recovery_days = 7
      replicate     = false
    }
  }
}

run "refuses_immediate_deletion" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      names         = { "webhook" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 0
      replicate     = false
    }
  }
}

run "refuses_a_short_recovery_when_protected" {
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
  }
}

run "refuses_a_copy_without_a_replica_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids         = { secrets = "arn:aws:kms:eu-central-1:123456789012:key/mrk-3eac6f9b8d4a4c5b92d3e4f5a6b7c8d9" }
      replica_ids = {}
    }
    spec = {
      names         = { "webhook" = { keys = ["current"], purpose = "Signs webhooks" } }
      recovery_days = 7
      replicate     = true
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
