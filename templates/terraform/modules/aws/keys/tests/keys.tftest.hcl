# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/5b1f9c1e-8a53-4c0b-9d0e-2f6a7c3e1b04" }
  }
}

mock_provider "aws" {
  alias           = "replica"
  override_during = plan

  mock_resource "aws_kms_replica_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-0b7f3f6e5a1c4d2e8f90a1b2c3d4e5f6" }
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
  component = "keys"
  tags      = { component = "keys", data_class = "confidential" }
  spec = {
    purposes = {
      database = { rotation_days = 365, deletion_days = 30, replica = true }
      objects  = { rotation_days = 365, deletion_days = 30, replica = true }
      secrets  = { rotation_days = 90, deletion_days = 7, replica = false }
      logs     = { rotation_days = 365, deletion_days = 30, replica = true }
      cluster  = { rotation_days = 365, deletion_days = 30, replica = false }
      registry = { rotation_days = 365, deletion_days = 30, replica = false }
      backup   = { rotation_days = 365, deletion_days = 30, replica = true }
    }
  }
}

run "rotates_every_key" {
  command = plan

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation])
    error_message = "Every key rotates."
  }

  assert {
    condition     = aws_kms_key.this["secrets"].rotation_period_in_days == 90 && aws_kms_key.this["secrets"].deletion_window_in_days == 7
    error_message = "Rotation and deletion window come from the spec."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.tags["component"] == "keys" && key.tags["data_class"] == "confidential"])
    error_message = "Keys carry the tags."
  }

  assert {
    condition     = aws_kms_alias.this["database"].name == "alias/control-plane-dev-keys-database"
    error_message = "Aliases are named after environment, component and purpose."
  }
}

run "replicates_only_what_asks_for_it" {
  command = plan

  assert {
    condition     = toset(keys(aws_kms_replica_key.this)) == toset(["backup", "database", "logs", "objects"])
    error_message = "Only purposes with replica = true have a replica key."
  }

  assert {
    condition     = alltrue([for purpose, key in aws_kms_key.this : key.multi_region == contains(keys(aws_kms_replica_key.this), purpose)])
    error_message = "A key is multi-region exactly when it has a replica."
  }

  assert {
    condition     = alltrue([for key in aws_kms_replica_key.this : key.deletion_window_in_days == 30 && key.tags["component"] == "keys"])
    error_message = "Replicas keep the deletion window and the tags."
  }

  assert {
    condition     = toset(keys(aws_kms_alias.replica)) == toset(keys(aws_kms_replica_key.this))
    error_message = "Every replica has an alias."
  }
}

run "key_policies_are_least_privilege" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for key in concat(values(aws_kms_key.this), values(aws_kms_replica_key.this)) : [
        for statement in jsondecode(key.policy).Statement : [
          for action in statement.Action : startswith(action, "kms:") && !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "No key policy has a wildcard in an action."
  }

  assert {
    condition = alltrue(flatten([
      for key in concat(values(aws_kms_key.this), values(aws_kms_replica_key.this)) : [
        for statement in jsondecode(key.policy).Statement :
        anytrue([for action in ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"] : contains(statement.Action, action)]) ? length(try(statement.Condition, {})) > 0 : true
      ]
    ]))
    error_message = "Every statement that lets data be read or written, or a grant be made, has a condition."
  }

  assert {
    condition = alltrue([
      for key in values(aws_kms_key.this) :
      one([for statement in jsondecode(key.policy).Statement : statement.Principal.AWS if statement.Sid == "AdministerThroughIam" && contains(statement.Action, "kms:PutKeyPolicy")]) == "arn:aws:iam::123456789012:root"
    ])
    error_message = "The account can always change the policy, or it locks itself out."
  }

  assert {
    condition = alltrue([
      for key in values(aws_kms_key.this) : length([
        for statement in jsondecode(key.policy).Statement : statement
        if statement.Sid == "AdministerThroughIam" && length(setintersection(statement.Action, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:ReEncryptFrom"])) > 0
      ]) == 0
    ])
    error_message = "Administrators cannot use the key."
  }

  assert {
    condition = alltrue(flatten([
      for key in values(aws_kms_key.this) : [
        for statement in jsondecode(key.policy).Statement :
        try(statement.Principal.AWS, "") == "*" ? statement.Condition.ArnEquals["aws:PrincipalArn"] == "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" : true
      ]
    ]))
    error_message = "A statement for any principal names the one role it means."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this["registry"].policy).Statement : statement.Condition.StringEquals if statement.Sid == "UseThroughServices"]) == { "kms:CallerAccount" = "123456789012", "kms:ViaService" = ["ecr.eu-central-1.amazonaws.com"] }
    error_message = "A key serves the services of its purpose, for callers of this account."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(aws_kms_key.this["database"].policy).Statement : statement.Condition.StringEquals["kms:ViaService"] if statement.Sid == "UseThroughServices"])) == toset(["rds.eu-central-1.amazonaws.com", "rds.eu-west-1.amazonaws.com"])
    error_message = "A replicated key serves both regions."
  }

  assert {
    condition     = alltrue([for key in values(aws_kms_key.this) : one([for statement in jsondecode(key.policy).Statement : statement.Condition.Bool["kms:GrantIsForAWSResource"] if statement.Sid == "GrantToServices"]) == "true"])
    error_message = "Grants are for AWS services only."
  }
}

run "special_principals_stay_with_their_purpose" {
  command = plan

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement if statement.Sid == "EncryptLogGroups"]).Principal.Service == "logs.eu-central-1.amazonaws.com" && one([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement if statement.Sid == "EncryptLogGroups"]).Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == "arn:aws:logs:eu-central-1:123456789012:log-group:*"
    error_message = "CloudWatch Logs uses the key for log groups of this account and region."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_replica_key.this["logs"].policy).Statement : statement.Principal.Service if statement.Sid == "EncryptLogGroups"]) == "logs.eu-west-1.amazonaws.com"
    error_message = "The replica admits the log service of its own region."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_kms_key.this["cluster"].policy).Statement : statement if startswith(statement.Sid, "AutoScalingVolume")]) == 2
    error_message = "Auto Scaling can open the volumes of nodes."
  }

  assert {
    condition = alltrue([
      for purpose in ["database", "objects", "secrets", "registry", "backup"] :
      toset([for statement in jsondecode(aws_kms_key.this[purpose].policy).Statement : statement.Sid]) == toset(["AdministerThroughIam", "UseThroughServices", "GrantToServices"])
    ])
    error_message = "The other purposes have no statement besides the three common ones."
  }
}

run "distribution_opens_only_the_objects_key" {
  command = plan

  variables {
    spec = {
      purposes = {
        objects = { rotation_days = 365, deletion_days = 30, replica = true, distribution = true }
        secrets = { rotation_days = 365, deletion_days = 30, replica = true }
      }
    }
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this["objects"].policy).Statement : statement if statement.Sid == "DecryptForDistributions"]).Condition.ArnLike["aws:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/*"
    error_message = "CloudFront is admitted for distributions of this account."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this["objects"].policy).Statement : statement if statement.Sid == "DecryptForDistributions"]).Action == ["kms:Decrypt"]
    error_message = "CloudFront may read, not write."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_kms_key.this["secrets"].policy).Statement : statement if statement.Sid == "DecryptForDistributions"]) == 0
    error_message = "No other key admits CloudFront."
  }
}

run "exports_arns_by_purpose" {
  command = plan

  variables {
    spec = {
      purposes = {
        database = { rotation_days = 365, deletion_days = 30, replica = true }
        registry = { rotation_days = 365, deletion_days = 30, replica = false }
      }
    }
  }

  assert {
    condition     = keys(output.exports.ids) == ["database", "registry"] && alltrue([for arn in values(output.exports.ids) : startswith(arn, "arn:aws:kms:eu-central-1:")])
    error_message = "ids maps every purpose to an ARN."
  }

  assert {
    condition     = keys(output.exports.replica_ids) == ["database"] && startswith(output.exports.replica_ids["database"], "arn:aws:kms:eu-west-1:")
    error_message = "replica_ids has only the replicated purposes."
  }
}

run "refuses_no_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = {} }
  }
}

run "refuses_an_unknown_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { everything = { rotation_days = 365, deletion_days = 30, replica = false } } }
  }
}

run "refuses_rotation_out_of_range" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { logs = { rotation_days = 89, deletion_days = 30, replica = false } } }
  }
}

run "refuses_a_deletion_window_out_of_range" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { logs = { rotation_days = 365, deletion_days = 31, replica = false } } }
  }
}

run "refuses_a_short_deletion_window_when_protected" {
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
    spec = { purposes = { logs = { rotation_days = 365, deletion_days = 7, replica = false } } }
  }
}

run "refuses_distribution_for_another_purpose" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = { purposes = { secrets = { rotation_days = 365, deletion_days = 30, replica = false, distribution = true } } }
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
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-central-1"
      protected      = false
    }
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
      name           = "Control-Plane-dev-"
      account        = "1234"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
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

run "refuses_missing_tags" {
  command         = plan
  expect_failures = [var.tags]

  variables {
    tags = { component = "keys" }
  }
}
