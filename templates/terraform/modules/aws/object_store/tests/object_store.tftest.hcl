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
    noncurrent_days = 30
    expire_days     = 400
    tiers           = [{ after_days = 30, class = "warm" }, { after_days = 90, class = "cold" }, { after_days = 365, class = "frozen" }]
    replicate       = false
    cors_origins    = []
  }
}

run "is_private_and_encrypted" {
  command = plan

  assert {
    condition = alltrue([
      for block in [aws_s3_bucket_public_access_block.this, aws_s3_bucket_public_access_block.log] :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "Data and logs are closed to the public."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced" && aws_s3_bucket_ownership_controls.log.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are off."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.keys.ids["objects"] && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "Objects are encrypted with the objects key, through a bucket key."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.log.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Logs are encrypted the one way that log delivery supports."
  }

  assert {
    condition     = aws_s3_bucket.plain[0].bucket == "control-plane-dev-evidence-123456789012" && aws_s3_bucket.plain[0].force_destroy != true && aws_s3_bucket.log.force_destroy != true
    error_message = "The bucket is named after environment, component and account, and is never emptied by Terraform."
  }

  assert {
    condition     = aws_s3_bucket.plain[0].tags == tomap({ component = "evidence", data_class = "restricted", backup = "daily" }) && aws_s3_bucket.log.tags == tomap({ component = "evidence", data_class = "restricted" })
    error_message = "Data is tagged for AWS Backup, logs are not."
  }
}

run "bucket_policy_takes_away" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny"])
    error_message = "The bucket policy allows nothing to anybody."
  }

  assert {
    condition = (
      one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition if statement.Sid == "DenyInsecureTransport"]) == { Bool = { "aws:SecureTransport" = "false" } } &&
      one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Resource if statement.Sid == "DenyInsecureTransport"]) == ["arn:aws:s3:::control-plane-dev-evidence-123456789012", "arn:aws:s3:::control-plane-dev-evidence-123456789012/*"] &&
      one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition if statement.Sid == "DenyOldTls"]) == { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    )
    error_message = "Bucket and objects are reached over TLS 1.2 or later only."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition if statement.Sid == "DenyOtherKeys"]) == { StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "arn:aws:kms:eu-central-1:123456789012:key/mrk-2d9b5e8a7c3f4b4a81c2d3e4f5a6b7c8" }, Null = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" } }
    error_message = "Another key is refused, a missing header is not: the default is the right key."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition if statement.Sid == "DenyOtherEncryption"]).Null == { "s3:x-amz-server-side-encryption" = "false" } && length([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Sid == "DenyCustomerKeys"]) == 1
    error_message = "Other algorithms and keys of the customer are refused."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Condition if statement.Sid == "DenyOtherAccounts"]) == { StringNotEquals = { "aws:PrincipalAccount" = "123456789012" }, Bool = { "aws:PrincipalIsAWSService" = "false" } }
    error_message = "Principals of other accounts, and anonymous ones, are refused."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if contains(["DenyRetentionBypass", "DenyShorterRetention", "DenyOtherLockMode", "DenyLegalHold", "ReadByDistributions"], statement.Sid)]) == 0
    error_message = "A plain bucket has no statement about locks or distributions."
  }
}

run "logs_access" {
  command = plan

  assert {
    condition     = aws_s3_bucket_logging.this.target_bucket == "control-plane-dev-evidence-123456789012-log" && aws_s3_bucket_logging.this.target_prefix == "access/"
    error_message = "Access is logged to the module's log bucket."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement if statement.Effect == "Allow"]) == { Sid = "WriteAccessLogs", Effect = "Allow", Principal = { Service = "logging.s3.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::control-plane-dev-evidence-123456789012-log/access/*", Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" }, ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::control-plane-dev-evidence-123456789012" } } }
    error_message = "Only log delivery for this bucket writes there."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.log.policy).Statement : statement.Condition if statement.Effect == "Deny"]) == { Bool = { "aws:SecureTransport" = "false" } }
    error_message = "Logs are reached over TLS only."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.log.rule[0].expiration[0].days == 400
    error_message = "Logs are kept for 400 days."
  }
}

run "moves_and_expires" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Versions are kept."
  }

  assert {
    condition     = { for move in one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule if rule.id == "tiers"]).transition : move.storage_class => move.days } == { STANDARD_IA = 30, GLACIER_IR = 90, DEEP_ARCHIVE = 365 }
    error_message = "warm, cold and frozen are the S3 classes they stand for."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.noncurrent_version_expiration[0].noncurrent_days if rule.id == "old-versions"]) == 30
    error_message = "Old versions go after noncurrent_days."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.expiration[0].days if rule.id == "expiry"]) == 400
    error_message = "Objects go after expire_days."
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.abort_incomplete_multipart_upload[0].days_after_initiation if rule.id == "abandoned-uploads"]) == 7
    error_message = "Abandoned uploads go after a week."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.status == "Enabled"])
    error_message = "Every rule is on."
  }
}

run "has_no_copy_no_lock_and_no_cors_unless_asked" {
  command = plan

  assert {
    condition = (
      length(aws_s3_bucket.worm) + length(aws_s3_bucket_object_lock_configuration.this) + length(aws_s3_bucket_cors_configuration.this) +
      length(aws_s3_bucket.replica_plain) + length(aws_s3_bucket.replica_worm) + length(aws_s3_bucket.replica_log) +
      length(aws_s3_bucket_replication_configuration.this) + length(aws_iam_role.replication) + length(aws_iam_role_policy.replication)
    ) == 0
    error_message = "Lock, copy and CORS exist only when the spec asks for them."
  }

  assert {
    condition     = output.exports.replica_bucket == null && toset(keys(output.exports.grants)) == toset(["read", "rw", "append"])
    error_message = "No copy and no legal hold in the exports either."
  }
}

run "without_versions_or_lifecycle" {
  command = plan

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = ["https://app.example.org", "http://localhost:3000"]
    }
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Suspended" && !contains(keys(aws_s3_bucket.plain[0].tags), "backup")
    error_message = "Without versions there is nothing AWS Backup could take."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id] == ["abandoned-uploads"]
    error_message = "Only abandoned uploads are cleaned up."
  }

  assert {
    condition     = toset(one(aws_s3_bucket_cors_configuration.this[0].cors_rule).allowed_origins) == toset(["https://app.example.org", "http://localhost:3000"]) && !contains(one(aws_s3_bucket_cors_configuration.this[0].cors_rule).allowed_methods, "DELETE") && !contains(one(aws_s3_bucket_cors_configuration.this[0].cors_rule).allowed_headers, "*")
    error_message = "Only the named origins, no deletes, no header wildcard."
  }
}

run "replicates" {
  command = plan

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 90, class = "cold" }]
      replicate       = true
      cors_origins    = []
      boundary        = "arn:aws:iam::123456789012:policy/control-plane-dev-ci-boundary"
    }
  }

  assert {
    condition     = aws_s3_bucket.replica_plain[0].bucket == "control-plane-dev-evidence-123456789012-dr" && length(aws_s3_bucket.replica_worm) == 0 && output.exports.replica_bucket == "control-plane-dev-evidence-123456789012-dr"
    error_message = "The copy is a plain bucket of its own."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.replica[0].rule).apply_server_side_encryption_by_default).kms_master_key_id == var.keys.replica_ids["objects"] && aws_s3_bucket_versioning.replica[0].versioning_configuration[0].status == "Enabled"
    error_message = "The copy is encrypted with the key of its region and keeps versions."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.replica[0].block_public_acls && aws_s3_bucket_public_access_block.replica[0].block_public_policy && aws_s3_bucket_public_access_block.replica[0].ignore_public_acls && aws_s3_bucket_public_access_block.replica[0].restrict_public_buckets && aws_s3_bucket_public_access_block.replica_log[0].restrict_public_buckets
    error_message = "The copy and its logs are closed to the public."
  }

  assert {
    condition     = toset([for statement in jsondecode(aws_s3_bucket_policy.replica[0].policy).Statement : statement.Sid]) == toset([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid]) && strcontains(aws_s3_bucket_policy.replica[0].policy, "key/mrk-2d9b5e8a7c3f4b4a81c2d3e4f5a6b7c8") && !strcontains(aws_s3_bucket_policy.replica[0].policy, "eu-central-1")
    error_message = "The copy has the same guards, with its own key."
  }

  assert {
    condition     = aws_s3_bucket_logging.replica[0].target_bucket == "control-plane-dev-evidence-123456789012-drl" && strcontains(aws_s3_bucket_policy.replica_log[0].policy, "arn:aws:s3:::control-plane-dev-evidence-123456789012-dr\"")
    error_message = "Access to the copy is logged in its region."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.replica[0].rule : rule.id] == [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id]
    error_message = "The copy has the same lifecycle."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this[0].rule[0].destination[0].encryption_configuration[0].replica_kms_key_id == var.keys.replica_ids["objects"] && aws_s3_bucket_replication_configuration.this[0].rule[0].source_selection_criteria[0].sse_kms_encrypted_objects[0].status == "Enabled" && aws_s3_bucket_replication_configuration.this[0].rule[0].delete_marker_replication[0].status == "Enabled"
    error_message = "Encrypted objects and delete markers are replicated."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this[0].rule[0].destination[0].metrics[0].status == "Enabled" && length(aws_s3_bucket_replication_configuration.this[0].rule[0].destination[0].replication_time) == 0
    error_message = "Development measures lag, but pays for no promise."
  }

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.replication[0].policy).Statement : [
        [for action in statement.Action : !strcontains(action, "*")],
        [for resource in statement.Resource : resource != "*"],
        [contains(["kms:Decrypt", "kms:Encrypt"], statement.Action[0]) ? statement.Condition.StringEquals["kms:ViaService"] == (statement.Sid == "DecryptOriginals" ? "s3.eu-central-1.amazonaws.com" : "s3.eu-west-1.amazonaws.com") : true],
      ]
    ]))
    error_message = "The replication role has named actions on named resources, and the keys through S3 only."
  }

  assert {
    condition     = jsondecode(aws_iam_role.replication[0].assume_role_policy).Statement[0].Principal == { Service = "s3.amazonaws.com" } && aws_iam_role.replication[0].permissions_boundary == "arn:aws:iam::123456789012:policy/control-plane-dev-ci-boundary"
    error_message = "S3 takes the role, under the boundary."
  }
}

run "protected_replication_has_time_control" {
  command = plan

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
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
    }
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this[0].rule[0].destination[0].replication_time[0].time[0].minutes == 15 && aws_s3_bucket_replication_configuration.this[0].rule[0].destination[0].metrics[0].event_threshold[0].minutes == 15
    error_message = "A protected environment replicates within fifteen minutes."
  }
}

run "grants_are_narrow" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for policy in values(output.exports.grants) : [
        for statement in jsondecode(policy).Statement : [
          [for action in statement.Action : !strcontains(action, "*") && action != "s3:PutObjectRetention" && action != "s3:BypassGovernanceRetention" && action != "s3:DeleteObjectVersion"],
          [for resource in statement.Resource : startswith(resource, "arn:aws:s3:::control-plane-dev-evidence-123456789012") || resource == var.keys.ids["objects"]],
          [startswith(statement.Action[0], "kms:") ? statement.Condition.StringEquals["kms:ViaService"] == "s3.eu-central-1.amazonaws.com" : true],
        ]
      ]
    ]))
    error_message = "Grants name actions and resources; the key is used through S3 only; none touches retention or versions."
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.exports.grants["read"]).Statement : statement.Action])) == toset(["s3:GetBucketLocation", "s3:ListBucket", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"])
    error_message = "read reads."
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(output.exports.grants["rw"]).Statement : statement.Action]), "s3:DeleteObject")
    error_message = "rw may delete in a plain bucket."
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(output.exports.grants["append"]).Statement : statement.Action])) == toset(["s3:GetBucketObjectLockConfiguration", "s3:GetBucketVersioning", "s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"])
    error_message = "append puts, sees how the bucket keeps it, and does nothing else."
  }

  assert {
    condition     = [for statement in jsondecode(output.exports.grants["append"]).Statement : statement.Condition if contains(statement.Action, "s3:PutObject")] == [{ Null = { "s3:if-none-match" = "false" } }, { Bool = { "s3:ObjectCreationOperation" = "false" } }]
    error_message = "An object is created only under If-None-Match; without it, only parts can be sent."
  }
}

run "opens_to_distributions_when_asked" {
  command = plan

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      distribution    = true
    }
  }

  assert {
    condition     = one([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Effect == "Allow"]) == { Sid = "ReadByDistributions", Effect = "Allow", Principal = { Service = "cloudfront.amazonaws.com" }, Action = "s3:GetObject", Resource = "arn:aws:s3:::control-plane-dev-evidence-123456789012/*", Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/*" } } }
    error_message = "CloudFront reads for distributions of this account, and nothing else is allowed."
  }
}

run "exports_the_contract" {
  command = plan

  assert {
    condition     = toset(keys(output.exports)) == toset(["bucket", "region", "endpoint", "path_style", "replica_bucket", "arn", "grants"])
    error_message = "The exports have exactly the fields of the contract."
  }

  assert {
    condition     = output.exports.bucket == "control-plane-dev-evidence-123456789012" && output.exports.arn == "arn:aws:s3:::control-plane-dev-evidence-123456789012" && output.exports.endpoint == "https://s3.eu-central-1.amazonaws.com" && !output.exports.path_style
    error_message = "The exports say where the bucket is."
  }
}

run "refuses_a_lock_without_versions" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      worm            = { mode = "compliance", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_copy_without_versions" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = false
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
    }
  }
}

run "refuses_an_unknown_lock_mode" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "strict", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_no_retention" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 0, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_noncurrent_days_of_zero" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 0
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_expire_days_of_zero" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      expire_days     = 0
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_expiry_within_the_retention" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      expire_days     = 364
      tiers           = []
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_an_unknown_tier" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "icy" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_tiers_out_of_order" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "cold" }, { after_days = 60, class = "warm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_tiers_at_the_same_time" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 30, class = "warm" }, { after_days = 30, class = "cold" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_a_warm_tier_too_early" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = [{ after_days = 29, class = "warm" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_expiry_before_a_tier" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      expire_days     = 60
      tiers           = [{ after_days = 90, class = "cold" }]
      replicate       = false
      cors_origins    = []
    }
  }
}

run "refuses_any_origin" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = ["*"]
    }
  }
}

run "refuses_an_origin_with_a_path" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = ["https://app.example.org/"]
    }
  }
}

run "refuses_evidence_on_a_distribution" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      worm            = { mode = "compliance", retain_days = 365, legal_hold = true }
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      distribution    = true
    }
  }
}

run "refuses_a_malformed_boundary" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = []
      boundary        = "boundary"
    }
  }
}

run "refuses_localhost_outside_development" {
  command         = plan
  expect_failures = [var.spec]

  variables {
    context = {
      stack          = "control-plane"
      environment    = "staging"
      tier           = "staging"
      name           = "control-plane-staging"
      account        = "123456789012"
      region         = "eu-central-1"
      replica_region = "eu-west-1"
      protected      = false
    }
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = false
      cors_origins    = ["http://localhost:3000"]
    }
  }
}

run "refuses_a_copy_without_a_replica_key" {
  command         = plan
  expect_failures = [var.keys]

  variables {
    keys = {
      ids         = { objects = "arn:aws:kms:eu-central-1:123456789012:key/mrk-2d9b5e8a7c3f4b4a81c2d3e4f5a6b7c8" }
      replica_ids = {}
    }
    spec = {
      versioning      = true
      noncurrent_days = 30
      tiers           = []
      replicate       = true
      cors_origins    = []
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
