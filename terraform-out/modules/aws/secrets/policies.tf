locals {
  # Copies in the replica region carry this policy too, so it names no region.
  resource_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # wildcard: a deny has to cover every principal and every action; in a secret's policy the resource is the secret itself
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # wildcard: a deny has to cover every principal and every action; in a secret's policy the resource is the secret itself
        Sid       = "DenyOtherAccounts"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = var.context.account }
          # Secrets Manager itself, when it copies, has no account.
          Bool = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
    ]
  })

  grants = {
    for name, arn in local.arns : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "ReadSecret"
          Effect   = "Allow"
          Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          Resource = [arn]
        },
        {
          Sid      = "DecryptSecret"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [var.keys.ids["secrets"]]
          Condition = {
            StringEquals = { "kms:ViaService" = "secretsmanager.${var.context.region}.amazonaws.com" }
            # The key opens this secret for the role, not its neighbours.
            StringLike = { "kms:EncryptionContext:SecretARN" = [arn] }
          }
        },
      ]
    })
  }
}
