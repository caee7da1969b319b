# Rendered by gen. Change the models, not this file.

module "backup" {
  source = "../../../../modules/aws/backup"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  context   = var.context
  component = "backup"
  tags      = var.tags["backup"]
  spec      = var.backup
  keys      = module.keys.exports
}

module "db" {
  source = "../../../../modules/aws/postgres"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  context   = var.context
  component = "db"
  tags      = var.tags["db"]
  spec      = var.db
  keys      = module.keys.exports
  network   = var.upstream.network
}

module "evidence" {
  source = "../../../../modules/aws/object_store"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  context   = var.context
  component = "evidence"
  tags      = var.tags["evidence"]
  spec      = var.evidence
  keys      = module.keys.exports
}

module "keys" {
  source = "../../../../modules/aws/keys"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  context   = var.context
  component = "keys"
  tags      = var.tags["keys"]
  spec      = var.keys
}

module "secrets" {
  source = "../../../../modules/aws/secrets"

  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  context   = var.context
  component = "secrets"
  tags      = var.tags["secrets"]
  spec      = var.secrets
  keys      = module.keys.exports
}
