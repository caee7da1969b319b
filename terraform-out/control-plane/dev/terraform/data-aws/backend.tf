# Rendered by gen. Change the models, not this file.

terraform {
  backend "s3" {
    bucket              = "foundation-dev-state-111111111111"
    key                 = "control-plane/dev/data-aws.tfstate"
    region              = "eu-central-1"
    allowed_account_ids = ["111111111111"]
    encrypt             = true
    kms_key_id          = "arn:aws:kms:eu-central-1:111111111111:alias/foundation-dev-state"
    use_lockfile        = true
  }
}
