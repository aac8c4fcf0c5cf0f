# What the provider's role never gets past. It allows whole services, for the role's own policy is exact; it denies each way by which
# who may make roles makes himself more than he is.

resource "aws_iam_policy" "provider_boundary" {
  name        = "${var.provider_role}-boundary"
  description = "Terraform's Jobs do not get past this"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.provider_boundary_statements })
}

locals {
  provider_boundary_statements = [
    {
      Sid    = "WhatTenantsHave"
      Effect = "Allow"
      Action = [
        "eks:*PodIdentityAssociation*", "eks:*Tag*", "iam:*", "kms:*", "rds:*", "s3:*", "secretsmanager:*", "sts:GetCallerIdentity",
      ]
      Resource = "*"
    },
    {
      # Users, groups, access keys, policies and their versions (so the boundaries), identity providers, instance profiles, other
      # roles and this one: all are elsewhere.
      Sid         = "OnlyTenantsRoles"
      Effect      = "Deny"
      Action      = "iam:*"
      NotResource = concat([local.tenant_roles], var.associated_roles)
    },
    {
      # A role that exists already may be read, and named in associations.
      Sid         = "LeaveOtherRolesAlone"
      Effect      = "Deny"
      Action      = [for verb in ["Add", "Attach", "Create", "Delete", "Detach", "Put", "Remove", "Set", "Tag", "Untag", "Update"] : "iam:${verb}*"]
      NotResource = local.tenant_roles
    },
    {
      # Where the key is absent, as with a role that has no boundary, it is another one as well.
      Sid    = "OnlyWithTheTenantsBoundary"
      Effect = "Deny"
      Action = [
        "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ]
      Resource  = "*"
      Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local.tenant_boundary } }
    },
    {
      Sid      = "NoRoleWithoutBoundary"
      Effect   = "Deny"
      Action   = "iam:DeleteRolePermissionsBoundary"
      Resource = "*"
    },
    {
      Sid       = "PassToPodsOnly"
      Effect    = "Deny"
      Action    = "iam:PassRole"
      Resource  = "*"
      Condition = { StringNotEquals = { "iam:PassedToService" = "pods.eks.amazonaws.com" } }
    },
    {
      # It may change whom tenants' roles trust. It takes none of them all the same.
      Sid      = "BecomeNobodyElse"
      Effect   = "Deny"
      Action   = ["sts:AssumeRole*", "sts:GetFederationToken", "sts:GetSessionToken", "sts:SetSourceIdentity", "sts:TagSession"]
      Resource = "*"
    },
    {
      Sid      = "NeverTheStates"
      Effect   = "Deny"
      Action   = "s3:*"
      Resource = [local.state_bucket, "${local.state_bucket}/*"]
    },
    {
      # It may give buckets a policy, and would give itself one by which it reads them.
      Sid      = "ReadNoObject"
      Effect   = "Deny"
      Action   = ["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"]
      Resource = "*"
    },
    {
      # A grant opens a key to whom it names. RDS asks for one for itself; where the key is absent, it is another's.
      Sid       = "GrantsToAwsOnly"
      Effect    = "Deny"
      Action    = "kms:CreateGrant"
      Resource  = "*"
      Condition = { BoolIfExists = { "kms:GrantIsForAWSResource" = "false" } }
    },
    {
      # What would open a secret, a bucket or a snapshot to other accounts, or hide what was done.
      Sid    = "OpenNothingToOthers"
      Effect = "Deny"
      Action = [
        "kms:Put*", "kms:ScheduleKeyDeletion", "kms:Disable*", "rds:ModifyDB*SnapshotAttribute", "rds:AddRoleTo*", "rds:StartExportTask",
        "s3:PutAccountPublicAccessBlock", "s3:PutBucketAcl", "s3:PutReplicationConfiguration", "s3:PutAccessPoint*",
        "secretsmanager:PutResourcePolicy", "secretsmanager:ReplicateSecretToRegions",
      ]
      Resource = "*"
    },
  ]
}
