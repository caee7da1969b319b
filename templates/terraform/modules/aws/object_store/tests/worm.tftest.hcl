# Plans only: a destroy after an apply would run into prevent_destroy.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/control-plane-dev-evidence-replication" }
  }
}

mock_provider "aws" {
  alias           = "replica"
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
  component = "evidence"
  tags      = { component = "evidence", data_class = "restricted" }
  keys = {
    ids         = { objects = "arn:aws:kms:eu-central-1:123456789012:key/mrk-2d9b5e8a7c3f4b4a81c2d3e4f5a6b7c8" }
    replica_ids = { objects = "arn:aws:kms:eu-west-1:123456789012:key/mrk-2d9b5e8a7c3f4b4a81c2d3e4f5a6b7c8" }
  }
  spec = {
    versioning      = true
    worm            = { mode = "compliance", retain_days = 2555, legal_hold = true }
    noncurrent_days = 30
    tiers           = [{ after_days = 90, class = "warm" }]
    replicate       = true
    cors_origins    = []
  }
}

run "locks_the_original_and_the_copy" {
  command = plan

  assert {
    condition     = aws_s3_bucket.worm[0].object_lock_enabled && aws_s3_bucket.replica_worm[0].object_lock_enabled && length(aws_s3_bucket.plain) + length(aws_s3_bucket.replica_plain) == 0
    error_message = "Both buckets are write-once, and there is no plain one."
  }

  assert {
    condition = alltrue([
      for lock in [aws_s3_bucket_object_lock_configuration.this[0], aws_s3_bucket_object_lock_configuration.replica[0]] :
      lock.rule[0].default_retention[0].mode == "COMPLIANCE" && lock.rule[0].default_retention[0].days == 2555
    ])
    error_message = "Both have the default retention."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_versioning.replica[0].versioning_configuration[0].status == "Enabled"
    error_message = "Both keep versions."
  }

  assert {
    condition     = aws_s3_bucket.worm[0].tags["backup"] == "daily" && aws_s3_bucket.worm[0].force_destroy != true && aws_s3_bucket.replica_worm[0].force_destroy != true
    error_message = "Evidence is backed up and never emptied by Terraform."
  }
}

run "policy_defends_the_lock" {
  command = plan

  assert {
    condition = alltrue([
      for policy in [aws_s3_bucket_policy.this.policy, aws_s3_bucket_policy.replica[0].policy] :
      one([for statement in jsondecode(policy).Statement : statement if statement.Sid == "DenyRetentionBypass"]).Action == "s3:BypassGovernanceRetention" && !can(one([for statement in jsondecode(policy).Statement : statement if statement.Sid == "DenyRetentionBypass"]).Condition)
    ])
    error_message = "Nobody bypasses the retention, in either bucket."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyShorterRetention"]).Condition == { NumericLessThan = { "s3:object-lock-remaining-retention-days" = "2554" } } && one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyShorterRetention"]).Action == ["s3:PutObject", "s3:PutObjectRetention"]
    error_message = "No write asks for less than the retention."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyOtherLockMode"]).Condition == { StringNotEquals = { "s3:object-lock-mode" = "COMPLIANCE" }, Null = { "s3:object-lock-mode" = "false" } }
    error_message = "No write asks for a weaker mode."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyLegalHold"]) == 0
    error_message = "Legal holds are possible when asked for."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "The bucket policy allows nothing to anybody."
  }
}

run "copies_carry_locks_and_keep_what_is_hidden" {
  command = plan

  assert {
    condition     = alltrue([for action in ["s3:GetObjectRetention", "s3:GetObjectLegalHold"] : contains(flatten([for statement in jsondecode(aws_iam_role_policy.replication[0].policy).Statement : statement.Action]), action)])
    error_message = "The role reads locks, so that copies carry them."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this[0].rule[0].delete_marker_replication[0].status == "Disabled" && !contains(flatten([for statement in jsondecode(aws_iam_role_policy.replication[0].policy).Statement : statement.Action]), "s3:ReplicateDelete")
    error_message = "Delete markers are not replicated."
  }
}

run "grants_cannot_weaken_evidence" {
  command = plan

  assert {
    condition     = toset(keys(output.exports.grants)) == toset(["read", "rw", "append", "legal_hold"])
    error_message = "A write-once bucket has the legal_hold grant."
  }

  assert {
    condition = length(setintersection(
      flatten([for policy in values(output.exports.grants) : [for statement in jsondecode(policy).Statement : statement.Action]]),
      ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:BypassGovernanceRetention", "s3:PutBucketObjectLockConfiguration"],
    )) == 0
    error_message = "No grant deletes or touches retention."
  }

  assert {
    condition     = jsondecode(output.exports.grants["legal_hold"]).Statement == [{ Sid = "HoldObjects", Effect = "Allow", Action = ["s3:GetObjectLegalHold", "s3:PutObjectLegalHold"], Resource = ["arn:aws:s3:::control-plane-dev-evidence-123456789012/*"] }]
    error_message = "legal_hold holds and releases, and reads nothing."
  }

  assert {
    condition     = output.exports.bucket == "control-plane-dev-evidence-123456789012" && output.exports.replica_bucket == "control-plane-dev-evidence-123456789012-dr"
    error_message = "The exports name the write-once buckets."
  }
}

run "governance_without_legal_hold" {
  command = plan

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "governance", retain_days = 1, legal_hold = false }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "GOVERNANCE" && aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].days == 1
    error_message = "Mode and retention come from the spec."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Action if statement.Sid == "DenyLegalHold"]) == "s3:PutObjectLegalHold" && !contains(keys(output.exports.grants), "legal_hold")
    error_message = "Without legal_hold nobody sets or releases one."
  }

  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.replica) + length(aws_s3_bucket.replica_worm) == 0
    error_message = "No copy unless asked for."
  }
}
