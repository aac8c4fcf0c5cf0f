# The tenant's role. Customers name it in trust policies of their own, and AWS turns such a name into the id of the role that
# is there: one that was made anew is another one to them. So it is never renamed, moved or made again.

resource "aws_iam_role" "tenant" {
  count = local.makes_role ? local.live : 0

  name                 = var.role_name
  path                 = "/"
  description          = "What the pods of tenant ${var.tenant} may do"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  # What somebody attached by hand must not keep the role from being deleted with its tenant.
  force_detach_policies = true
  tags                  = local.tags

  lifecycle {
    # A new name would be a new role. It is passed over here and refused below, before anything is changed.
    ignore_changes = [name, name_prefix, path]

    postcondition {
      condition     = self.name == var.role_name && self.path == "/"
      error_message = "The role of a tenant never changes its name or path: customers trust it by them."
    }
  }
}

locals {
  # Without any, as with all releases off, the role stays, and trusts a name that no ServiceAccount can have.
  trusted = length(var.service_accounts) > 0 ? var.service_accounts : ["-"]

  trust = {
    Version   = "2012-10-17"
    Statement = [for kind, statement in { irsa = local.irsa_trust, podIdentity = local.pod_identity_trust } : statement if kind == var.identity_type]
  }

  # Each ServiceAccount by its whole name: with a pattern, or with only one of the two conditions, a token of another namespace
  # or for another audience would do.
  oidc_provider = coalesce(var.oidc_provider, "none")
  irsa_trust = {
    Sid       = "ServiceAccounts"
    Effect    = "Allow"
    Action    = "sts:AssumeRoleWithWebIdentity"
    Principal = { Federated = "arn:${local.partition}:iam::${local.account}:oidc-provider/${local.oidc_provider}" }
    Condition = {
      StringEquals = {
        "${local.oidc_provider}:aud" = "sts.amazonaws.com"
        "${local.oidc_provider}:sub" = [for name in local.trusted : "system:serviceaccount:${var.namespace}:${name}"]
      }
    }
  }

  # The service takes the role for any association that names it. Its session's tags say for which pod. A cluster's name says
  # neither region nor account: its ARN has the account as well.
  pod_identity_trust = {
    Sid       = "ServiceAccounts"
    Effect    = "Allow"
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Principal = { Service = "pods.eks.amazonaws.com" }
    Condition = merge(
      {
        StringEquals = merge(
          {
            "aws:RequestTag/kubernetes-namespace"       = [var.namespace]
            "aws:RequestTag/kubernetes-service-account" = local.trusted
          },
          var.cluster == null ? {} : { "aws:RequestTag/eks-cluster-name" = [var.cluster] },
        )
      },
      var.cluster == null ? {} : {
        StringLike = {
          "aws:RequestTag/eks-cluster-arn" = "arn:${local.partition}:eks:*:${local.account}:cluster/${var.cluster}"
        }
      },
    )
  }
}

resource "aws_iam_role_policy_attachment" "extra" {
  for_each = toset(local.makes_role && !var.keep_data ? var.extra_policies : [])

  role       = aws_iam_role.tenant[0].name
  policy_arn = each.value
}

# One for each ServiceAccount. Its pods get the role when they start, so it has to be there before them.
resource "aws_eks_pod_identity_association" "tenant" {
  for_each = toset(local.associates ? var.service_accounts : [])

  cluster_name    = var.cluster
  namespace       = var.namespace
  service_account = each.value
  role_arn        = var.create_role ? aws_iam_role.tenant[0].arn : var.role_arn
  tags            = local.tags

  # A pod that starts in between would run with a role that may do nothing.
  depends_on = [aws_iam_role_policy.tenant, aws_iam_role_policy_attachment.extra]
}

locals {
  associates = var.identity_type == "podIdentity" && var.cluster != null && !var.keep_data
}
