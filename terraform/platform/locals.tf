# Names that several files need. All are known before AWS is asked, so that a plan shows whole policies.

locals {
  iam = "arn:${var.partition}:iam::${var.account_id}"

  tenant_roles      = "${local.iam}:role/${var.role_prefix}*"
  tenant_boundary   = "${local.iam}:policy/${var.tenant_boundary}"
  provider_boundary = "${local.iam}:policy/${var.provider_role}-boundary"
  state_bucket      = "arn:${var.partition}:s3:::${var.state_bucket}"
  secrets           = "arn:${var.partition}:secretsmanager:*:${var.account_id}:secret:"
  tenant_secrets    = "${local.secrets}${var.secrets_prefix}*"
  tenant_buckets    = "arn:${var.partition}:s3:::${coalesce(var.bucket_prefix, "-")}*"

  # Whom the Jobs' roles trust: one ServiceAccount, by its whole name, with a token that is meant for AWS.
  job_trust = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TerraformsJobs"
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "${local.iam}:oidc-provider/${var.oidc_provider}" }
      Condition = {
        StringEquals = {
          "${var.oidc_provider}:aud" = "sts.amazonaws.com"
          "${var.oidc_provider}:sub" = "system:serviceaccount:${var.control_namespace}:tenantry-terraform"
        }
      }
    }]
  }
}
