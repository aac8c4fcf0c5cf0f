# The role that makes what tenants have. Whoever gets at a Job of Terraform's has it, so it is held from two sides: this policy allows
# what the module `tenant` does, and the boundary (provider-boundary.tf) denies the ways out, whatever is attached later.

resource "aws_iam_role" "provider" {
  name                 = var.provider_role
  description          = "Terraform's Jobs: what tenants have, and no state"
  assume_role_policy   = jsonencode(local.job_trust)
  permissions_boundary = aws_iam_policy.provider_boundary.arn
}

resource "aws_iam_role_policy" "provider" {
  name = "tenants"
  role = aws_iam_role.provider.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for part in local.provider_policy : part.statement if part.when]
  })
}

locals {
  bounded = { StringEquals = { "iam:PermissionsBoundary" = local.tenant_boundary } }

  provider_policy = [
    {
      when = true
      statement = {
        Sid    = "ReadTenantsRoles"
        Effect = "Allow"
        Action = [
          "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
          "iam:ListRolePolicies", "iam:ListRoleTags",
        ]
        Resource = concat([local.tenant_roles], var.associated_roles)
      }
    },
    {
      # Only with the tenants' boundary: to make a role, to give one its boundary back, and to say what it may do.
      when = true
      statement = {
        Sid    = "MakeTenantsRoles"
        Effect = "Allow"
        Action = [
          "iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        ]
        Resource  = local.tenant_roles
        Condition = local.bounded
      }
    },
    {
      # IAM knows no condition on the boundary for these. Who may take such a role gets no further than the boundary.
      when = true
      statement = {
        Sid    = "ChangeTenantsRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
          "iam:UpdateRoleDescription",
        ]
        Resource = local.tenant_roles
      }
    },
    {
      # Of a role that is deleted, or that somebody attached something to by hand, any policy.
      when = true
      statement = {
        Sid       = "DetachPolicies"
        Effect    = "Allow"
        Action    = "iam:DetachRolePolicy"
        Resource  = local.tenant_roles
        Condition = local.bounded
      }
    },
    {
      when = length(var.extra_policies) > 0
      statement = {
        Sid       = "AttachPolicies"
        Effect    = "Allow"
        Action    = "iam:AttachRolePolicy"
        Resource  = local.tenant_roles
        Condition = merge(local.bounded, { ArnLike = { "iam:PolicyARN" = var.extra_policies } })
      }
    },
    {
      # EKS asks for it when a role is named in an association. To no other service: an instance or function with the role
      # would be a way to be it.
      when = var.cluster != null
      statement = {
        Sid       = "PassTenantsRolesToPods"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = concat([local.tenant_roles], var.associated_roles)
        Condition = { StringEquals = { "iam:PassedToService" = "pods.eks.amazonaws.com" } }
      }
    },
    {
      when = var.cluster != null
      statement = {
        Sid    = "Associations"
        Effect = "Allow"
        Action = [
          "eks:CreatePodIdentityAssociation", "eks:DeletePodIdentityAssociation", "eks:DescribePodIdentityAssociation",
          "eks:ListPodIdentityAssociations", "eks:ListTagsForResource", "eks:TagResource", "eks:UntagResource",
          "eks:UpdatePodIdentityAssociation",
        ]
        Resource = [
          "arn:${var.partition}:eks:${var.region}:${var.account_id}:cluster/${coalesce(var.cluster, "-")}",
          "arn:${var.partition}:eks:${var.region}:${var.account_id}:podidentityassociation/${coalesce(var.cluster, "-")}/*",
        ]
      }
    },
    {
      when = true
      statement = {
        Sid    = "TenantsSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret",
          "secretsmanager:GetResourcePolicy", "secretsmanager:RestoreSecret", "secretsmanager:TagResource",
          "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        ]
        Resource = local.tenant_secrets
      }
    },
    {
      # Of all secrets it reads and writes only those with databases' passwords, which it draws itself.
      when = var.databases
      statement = {
        Sid    = "DatabasesPasswords"
        Effect = "Allow"
        Action = [
          "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = "${local.secrets}${var.secrets_prefix}*/database-??????"
      }
    },
    {
      when = var.databases
      statement = {
        Sid      = "DrawPasswords"
        Effect   = "Allow"
        Action   = "secretsmanager:GetRandomPassword"
        Resource = "*"
      }
    },
    {
      when = var.databases
      statement = {
        Sid    = "TenantsDatabases"
        Effect = "Allow"
        Action = [
          "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBSnapshot", "rds:DeleteDBInstance", "rds:ListTagsForResource",
          "rds:ModifyDBInstance", "rds:RebootDBInstance", "rds:RemoveTagsFromResource",
        ]
        Resource = [
          "arn:${var.partition}:rds:${var.region}:${var.account_id}:db:tenant-*",
          "arn:${var.partition}:rds:${var.region}:${var.account_id}:snapshot:tenant-*",
        ]
      }
    },
    {
      # What an instance is made with: its groups are named, and not changed.
      when = var.databases
      statement = {
        Sid    = "DatabasesGroups"
        Effect = "Allow"
        Action = ["rds:CreateDBInstance", "rds:ModifyDBInstance"]
        Resource = [
          for kind in ["og", "pg", "subgrp"] : "arn:${var.partition}:rds:${var.region}:${var.account_id}:${kind}:*"
        ]
      }
    },
    {
      when = var.databases
      statement = {
        Sid      = "FindDatabases"
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"]
        Resource = "arn:${var.partition}:rds:${var.region}:${var.account_id}:*"
      }
    },
    {
      # No GetObject and no PutObject: it makes and empties buckets, and reads nothing of what is in them.
      when = var.bucket_prefix != null
      statement = {
        Sid    = "TenantsBuckets"
        Effect = "Allow"
        Action = [
          "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion",
          "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
          "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListBucketVersions", "s3:ListTagsForResource",
          "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
          "s3:PutEncryptionConfiguration", "s3:TagResource", "s3:UntagResource",
        ]
        Resource = [local.tenant_buckets, "${local.tenant_buckets}/*"]
      }
    },
    {
      # The secret of a database's password is encrypted with it.
      when = var.kms_key != null
      statement = {
        Sid       = "TenantsKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
        Resource  = coalesce(var.kms_key, "-")
        Condition = { StringLike = { "kms:ViaService" = ["rds.*.amazonaws.com", "secretsmanager.*.amazonaws.com"] } }
      }
    },
    {
      # RDS asks for a grant of its own. To nobody else: a grant opens the key to whom it names.
      when = var.kms_key != null && var.databases
      statement = {
        Sid      = "TenantsKeyForDatabases"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = coalesce(var.kms_key, "-")
        Condition = {
          Bool       = { "kms:GrantIsForAWSResource" = "true" }
          StringLike = { "kms:ViaService" = "rds.*.amazonaws.com" }
        }
      }
    },
    {
      when = true
      statement = {
        Sid      = "WhoAmI"
        Effect   = "Allow"
        Action   = "sts:GetCallerIdentity"
        Resource = "*"
      }
    },
  ]
}
