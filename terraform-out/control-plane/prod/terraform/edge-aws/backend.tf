# Rendered by gen. Change the models, not this file.

terraform {
  backend "s3" {
    bucket              = "foundation-prod-state-333333333333"
    key                 = "control-plane/prod/edge-aws.tfstate"
    region              = "eu-central-1"
    allowed_account_ids = ["333333333333"]
    encrypt             = true
    kms_key_id          = "arn:aws:kms:eu-central-1:333333333333:alias/foundation-prod-state"
    use_lockfile        = true
  }
}
