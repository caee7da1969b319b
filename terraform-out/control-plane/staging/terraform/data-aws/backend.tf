# Rendered by gen. Change the models, not this file.

terraform {
  backend "s3" {
    bucket              = "foundation-staging-state-222222222222"
    key                 = "control-plane/staging/data-aws.tfstate"
    region              = "eu-central-1"
    allowed_account_ids = ["222222222222"]
    encrypt             = true
    kms_key_id          = "arn:aws:kms:eu-central-1:222222222222:alias/foundation-staging-state"
    use_lockfile        = true
  }
}
