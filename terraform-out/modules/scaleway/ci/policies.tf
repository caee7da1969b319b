# Exact permission sets, product by product, for this project alone. Names as in Scaleway's list of permission sets.

locals {
  # Reads how things are set up. It reads objects as well, because states are objects; and it writes nothing, not even a
  # lock: IAM could not keep it to locks, and a key that pull requests get must not be able to delete data.
  plan = [
    "ContainerRegistryReadOnly",
    "DomainsDNSReadOnly",
    "EdgeServicesReadOnly",
    "IPAMReadOnly",
    "InstancesReadOnly",
    "KeyManagerKeyDecrypt",
    "KeyManagerReadOnly",
    "KubernetesReadOnly",
    "LoadBalancersReadOnly",
    "ObjectStorageBucketsRead",
    "ObjectStorageObjectsRead",
    "ObservabilityReadOnly",
    "PrivateNetworksReadOnly",
    "RelationalDatabasesReadOnly",
    "SecretManagerReadOnly",
    "VPCGatewayReadOnly",
    "VPCReadOnly",
  ]

  # Makes and changes what the modules make. Left out on purpose: reading the values of secrets, deleting keys, changing
  # policies of buckets, and everything that hands out rights.
  apply = [
    "ContainerRegistryFullAccess",
    "DomainsDNSFullAccess",
    "EdgeServicesFullAccess",
    "IPAMFullAccess",
    "InstancesFullAccess", # security groups of nodes
    "KeyManagerKeyCreate",
    "KeyManagerKeyDecrypt", # states are encrypted
    "KeyManagerKeyEncrypt",
    "KeyManagerKeyWrite",
    "KeyManagerReadOnly",
    "KubernetesFullAccess",
    "LoadBalancersFullAccess",
    "ObjectStorageBucketsDelete",
    "ObjectStorageBucketsRead",
    "ObjectStorageBucketsWrite",
    "ObjectStorageObjectsDelete", # locks of states
    "ObjectStorageObjectsRead",
    "ObjectStorageObjectsWrite",
    "ObservabilityFullAccess",
    "PrivateNetworksFullAccess",
    "RelationalDatabasesFullAccess",
    "SecretManagerReadOnly",
    "SecretManagerSecretCreate",
    "SecretManagerSecretDelete",
    "SecretManagerSecretWrite",
    "VPCFullAccess",
    "VPCGatewayFullAccess",
  ]
}

resource "scaleway_iam_policy" "plan" {
  name        = scaleway_iam_group.plan.name
  description = "What CI reads to plan"
  group_id    = scaleway_iam_group.plan.id
  tags        = local.tags

  rule {
    project_ids          = [var.context.account]
    permission_set_names = local.plan
  }
}

resource "scaleway_iam_policy" "apply" {
  name        = scaleway_iam_group.apply.name
  description = "What CI changes when it applies"
  group_id    = scaleway_iam_group.apply.id
  tags        = local.tags

  rule {
    project_ids          = [var.context.account]
    permission_set_names = local.apply
  }
}

# The foundation itself makes applications, policies and budgets, which belong to the organisation. Nothing at Scaleway
# bounds such rights: whoever has them can have all. No other environment gets them.
resource "scaleway_iam_policy" "foundation_plan" {
  name           = "${var.context.name}-${var.component}-foundation-plan"
  description    = "What CI reads to plan the foundation"
  application_id = scaleway_iam_application.plan[var.context.name].id
  tags           = local.tags

  rule {
    organization_id      = scaleway_iam_application.plan[var.context.name].organization_id
    permission_set_names = ["BillingReadOnly", "IAMReadOnly"]
  }

  rule {
    project_ids          = [var.context.account]
    permission_set_names = ["ObjectStorageReadOnly"] # the state bucket's policy
  }
}

resource "scaleway_iam_policy" "foundation_apply" {
  name           = "${var.context.name}-${var.component}-foundation-apply"
  description    = "What CI changes when it applies the foundation"
  application_id = scaleway_iam_application.apply[var.context.name].id
  tags           = local.tags

  rule {
    organization_id      = scaleway_iam_application.apply[var.context.name].organization_id
    permission_set_names = ["BillingManager", "IAMApplicationManager", "IAMGroupManager", "IAMPolicyManager"]
  }

  rule {
    project_ids          = [var.context.account]
    permission_set_names = ["ObjectStorageBucketPolicyFullAccess"]
  }
}
