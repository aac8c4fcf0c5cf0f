# What no tenant's role gets past, whatever policies it has. One policy for all tenants: whose a thing is says the role's own tag
# `tenant`, which only Terraform's Jobs set.

resource "aws_iam_policy" "tenant_boundary" {
  name        = var.tenant_boundary
  description = "No tenant's role gets past this"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.tenant_boundary_statements })
}

locals {
  whose = "$${aws:PrincipalTag/tenant}"

  # Of one part of the shared bucket, and of one bucket of its own.
  bounded_objects = compact([
    var.shared_bucket == null ? "" : "arn:${var.partition}:s3:::${var.shared_bucket}/${var.shared_bucket_prefix}${local.whose}/*",
    var.bucket_prefix == null ? "" : "arn:${var.partition}:s3:::${var.bucket_prefix}${local.whose}/*",
  ])

  tenant_boundary_parts = [
    {
      # Roles of the own account often trust all of it. First of all tenants' roles are such, but also the platform's.
      when = true
      statement = {
        Sid      = "NothingOfTheOwnAccount"
        Effect   = "Deny"
        Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Resource = "${local.iam}:role/*"
      }
    },
    {
      # A boundary that allows a thing gives it to nobody: a policy has to allow it as well.
      when = true
      statement = {
        Sid      = "CustomersRoles"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"]
        Resource = "*"
      }
    },
    {
      # The tag of a secret decides. A role without tag `tenant` has none to compare with, and gets nothing.
      when = true
      statement = {
        Sid    = "OwnSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret", "secretsmanager:UpdateSecret",
        ]
        Resource  = "${local.secrets}*"
        Condition = { StringEquals = { "aws:ResourceTag/${var.secrets_tag}" = local.whose } }
      }
    },
    {
      when = var.secrets_write_prefix != null
      statement = {
        Sid      = "NewSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
        Resource = "${local.secrets}${coalesce(var.secrets_write_prefix, "-")}*"
        Condition = {
          StringEquals         = { "aws:RequestTag/${var.secrets_tag}" = local.whose }
          StringEqualsIfExists = { "aws:ResourceTag/${var.secrets_tag}" = local.whose }
        }
      }
    },
    {
      when = length(local.bounded_objects) > 0
      statement = {
        Sid    = "OwnObjects"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
        ]
        Resource = local.bounded_objects
      }
    },
    {
      when = var.bucket_prefix != null
      statement = {
        Sid      = "ListOwnBucket"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:${var.partition}:s3:::${coalesce(var.bucket_prefix, "-")}${local.whose}"
      }
    },
    {
      when = var.shared_bucket != null
      statement = {
        Sid       = "ListOwnPart"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:${var.partition}:s3:::${coalesce(var.shared_bucket, "-")}"
        Condition = { StringLike = { "s3:prefix" = "${var.shared_bucket_prefix}${local.whose}/*" } }
      }
    },
    {
      when = var.kms_key != null
      statement = {
        Sid       = "KeyOfOwnData"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = coalesce(var.kms_key, "-")
        Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com", "secretsmanager.*.amazonaws.com"] } }
      }
    },
  ]

  # What the platform adds may be wide. This is never meant by it.
  tenant_boundary_denied = {
    Sid    = "NeverTheStates"
    Effect = "Deny"
    Action = "s3:*"
    Resource = [
      local.state_bucket, "${local.state_bucket}/*",
    ]
  }

  tenant_boundary_statements = concat(
    [for part in local.tenant_boundary_parts : part.statement if part.when],
    [local.tenant_boundary_denied],
    [for text in var.boundary_statements : jsondecode(text)],
  )
}
