# The role that reads and writes states. The runner takes it with a session policy for the one tenant's state that it works on; the
# role itself may reach all of them, so nothing but the runner may run as the Jobs' ServiceAccount (docs/security.md).

resource "aws_iam_role" "state" {
  name               = var.state_role
  description        = "Terraform's Jobs: states, and nothing else"
  assume_role_policy = jsonencode(local.job_trust)
}

resource "aws_iam_role_policy" "state" {
  name = "states"
  role = aws_iam_role.state.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for part in local.state_policy : part.statement if part.when]
  })
}

locals {
  state_policy = [
    {
      when = true
      statement = {
        Sid      = "FindStates"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.state_bucket
        # Terraform looks for workspaces below `env:/`, though there is only one.
        Condition = { StringLike = { "s3:prefix" = ["${var.state_prefix}*", "env:/"] } }
      }
    },
    {
      when = true
      statement = {
        Sid      = "ReadAndWriteStates"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${local.state_bucket}/${var.state_prefix}*"
      }
    },
    {
      # Locks only. A state is never deleted, nor is any older version of one.
      when = true
      statement = {
        Sid      = "ReleaseLocks"
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = "${local.state_bucket}/${var.state_prefix}*.tflock"
      }
    },
    {
      when = var.state_kms_key != null
      statement = {
        Sid       = "StatesKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = coalesce(var.state_kms_key, "-")
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      }
    },
  ]
}
