# What the tenant's role may do. An inline policy, not a managed one: it goes with its role, is nobody else's, and Terraform's
# own role needs no right to make policies or versions of them.

resource "aws_iam_role_policy" "tenant" {
  count = local.makes_role ? local.live : 0

  name = "tenant"
  role = aws_iam_role.tenant[0].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for part in local.policy : part.statement if part.when]
  })
}

locals {
  secrets_of_account = "arn:${local.partition}:secretsmanager:*:${local.account}:secret:"
  written_secrets    = "${local.secrets_of_account}${coalesce(var.secrets_write_prefix, "-")}*"
  own_secrets        = { "aws:ResourceTag/${var.secrets_tag}" = var.tenant_id }
  as_own_secrets     = { "aws:RequestTag/${var.secrets_tag}" = var.tenant_id }

  bucket_arn = {
    none      = "-"
    dedicated = "arn:${local.partition}:s3:::${coalesce(var.bucket_prefix, "-")}${var.tenant_id}"
    shared    = "arn:${local.partition}:s3:::${coalesce(var.shared_bucket, "-")}"
  }[var.bucket_mode]
  # Ends in a slash: without it tenant `acme` would read what `acme-dev` has.
  objects_prefix = var.bucket_mode == "shared" ? "${var.shared_bucket_prefix}${var.tenant_id}/" : ""

  policy = [
    {
      # Roles of the own account often trust all of it (`root`), so whoever may take any role would get into them. Stands
      # here and in the boundary: this one holds where somebody swaps the boundary.
      when = true
      statement = {
        Sid      = "NothingOfTheOwnAccount"
        Effect   = "Deny"
        Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Resource = "arn:${local.partition}:iam::${local.account}:role/*"
      }
    },
    {
      when = length(var.assume_roles) > 0
      statement = {
        Sid      = "CustomersRoles"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:TagSession"]
        Resource = var.assume_roles
      }
    },
    {
      # By tag, for the names of secrets that products make have no tenant in them. No ListSecrets: it cannot be held to a
      # tag, and would tell every tenant's names.
      when = var.secrets_access != "none"
      statement = {
        Sid       = "ReadOwnSecrets"
        Effect    = "Allow"
        Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        Resource  = "${local.secrets_of_account}*"
        Condition = { StringEquals = local.own_secrets }
      }
    },
    {
      when = var.secrets_access == "write"
      statement = {
        Sid       = "MakeOwnSecrets"
        Effect    = "Allow"
        Action    = "secretsmanager:CreateSecret"
        Resource  = local.written_secrets
        Condition = { StringEquals = local.as_own_secrets }
      }
    },
    {
      # To make a secret with tags asks for this as well, when there is none yet. Where there is one, its tag must be the
      # tenant's already: else a tenant would take another's secret by giving it a new tag.
      when = var.secrets_access == "write"
      statement = {
        Sid       = "TagOwnSecrets"
        Effect    = "Allow"
        Action    = "secretsmanager:TagResource"
        Resource  = local.written_secrets
        Condition = { StringEquals = local.as_own_secrets, StringEqualsIfExists = local.own_secrets }
      }
    },
    {
      # No PutResourcePolicy, by which others could read it, and no UntagResource, after which it would be nobody's.
      when = var.secrets_access == "write"
      statement = {
        Sid    = "ChangeOwnSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret",
          "secretsmanager:UpdateSecret",
        ]
        Resource  = local.written_secrets
        Condition = { StringEquals = local.own_secrets }
      }
    },
    {
      when = var.bucket_mode == "dedicated"
      statement = {
        Sid      = "ListOwnBucket"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.bucket_arn
      }
    },
    {
      when = var.bucket_mode == "shared"
      statement = {
        Sid       = "ListOwnPart"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.bucket_arn
        Condition = { StringLike = { "s3:prefix" = "${local.objects_prefix}*" } }
      }
    },
    {
      # No DeleteObjectVersion: what the tenant deletes by mistake, or somebody with its role on purpose, can be had back.
      when = var.bucket_mode != "none"
      statement = {
        Sid    = "OwnObjects"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
        ]
        Resource = "${local.bucket_arn}/${local.objects_prefix}*"
      }
    },
    {
      # The key is the platform's, for all tenants. By way of these services it opens only what they let the role have.
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
}
