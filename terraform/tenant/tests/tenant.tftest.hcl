# What would be made, without AWS: a plan of what is not there yet calls nothing. The real provider and not a mock, for it
# knows what AWS takes, and a mock of Terraform 1.11 knows no ephemeral resources. A database of its own is not planned here:
# its password is drawn by AWS.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

# As the example fleet's platform file maps them.
variables {
  tenant               = "acme"
  tenant_id            = "acme"
  namespace            = "t-acme"
  service_accounts     = ["zenml", "zenml-jobs"]
  identity_type        = "irsa"
  role_name            = "zenml-acme"
  create_role          = true
  permissions_boundary = "arn:aws:iam::111122223333:policy/tenant-boundary"
  oidc_provider        = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
  tags                 = { tier = "pro", zenml = "acme" }
}

run "role" {
  command = plan

  assert {
    condition = (
      aws_iam_role.tenant[0].name == "zenml-acme" && aws_iam_role.tenant[0].path == "/"
      && aws_iam_role.tenant[0].permissions_boundary == var.permissions_boundary
    )
    error_message = "The role has another name, path or boundary."
  }

  assert {
    condition     = aws_iam_role.tenant[0].tags == tomap({ tenant = "acme", tenant-name = "acme", tier = "pro", zenml = "acme" })
    error_message = "Tags: ${jsonencode(aws_iam_role.tenant[0].tags)}"
  }

  assert {
    condition = jsondecode(aws_iam_role.tenant[0].assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Sid       = "ServiceAccounts"
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE" }
        Condition = { StringEquals = {
          "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:aud" = "sts.amazonaws.com"
          "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:sub" = [
            "system:serviceaccount:t-acme:zenml", "system:serviceaccount:t-acme:zenml-jobs",
          ]
        } }
      }]
    }
    error_message = "Trust: ${aws_iam_role.tenant[0].assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.tenant[0].policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "NothingOfTheOwnAccount"
          Effect   = "Deny"
          Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
          Resource = "arn:aws:iam::111122223333:role/*"
        },
        {
          Sid       = "ReadOwnSecrets"
          Effect    = "Allow"
          Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          Resource  = "arn:aws:secretsmanager:*:111122223333:secret:*"
          Condition = { StringEquals = { "aws:ResourceTag/tenant" = "acme" } }
        },
      ]
    }
    error_message = "Policy: ${aws_iam_role_policy.tenant[0].policy}"
  }

  assert {
    condition     = length(aws_s3_bucket.tenant) + length(aws_db_instance.tenant) + length(aws_secretsmanager_secret.tenant) == 0
    error_message = "Something is made that nobody asked for."
  }
}

run "pod_identity" {
  command = plan

  variables {
    identity_type = "podIdentity"
    cluster       = "prod-eu"
  }

  assert {
    condition = jsondecode(aws_iam_role.tenant[0].assume_role_policy).Statement == [{
      Sid       = "ServiceAccounts"
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "pods.eks.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-name"           = ["prod-eu"]
          "aws:RequestTag/kubernetes-namespace"       = ["t-acme"]
          "aws:RequestTag/kubernetes-service-account" = ["zenml", "zenml-jobs"]
        }
        StringLike = { "aws:RequestTag/eks-cluster-arn" = "arn:aws:eks:*:111122223333:cluster/prod-eu" }
      }
    }]
    error_message = "Trust: ${aws_iam_role.tenant[0].assume_role_policy}"
  }

  assert {
    condition = [for key, made in aws_eks_pod_identity_association.tenant : [key, made.cluster_name, made.namespace, made.service_account]] == [
      ["zenml", "prod-eu", "t-acme", "zenml"], ["zenml-jobs", "prod-eu", "t-acme", "zenml-jobs"],
    ]
    error_message = "Associations: ${jsonencode(keys(aws_eks_pod_identity_association.tenant))}"
  }
}

# All releases are off: the role stays, and nobody can take it.
run "nobody_trusted" {
  command = plan

  variables {
    service_accounts = []
  }

  assert {
    condition = one(jsondecode(aws_iam_role.tenant[0].assume_role_policy).Statement[*].Condition.StringEquals
    ["oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:sub"]) == ["system:serviceaccount:t-acme:-"]
    error_message = "Trust: ${aws_iam_role.tenant[0].assume_role_policy}"
  }
}

run "role_of_its_own" {
  command = plan

  variables {
    create_role = false
    role_name   = "cobalt-server"
  }

  assert {
    condition     = length(aws_iam_role.tenant) + length(aws_iam_role_policy.tenant) + length(aws_eks_pod_identity_association.tenant) == 0
    error_message = "A role that exists already is touched."
  }
}

run "everything" {
  command = plan

  variables {
    tags                 = { zenml = "acme" }
    extra_policies       = ["arn:aws:iam::111122223333:policy/lighthouse-data", "arn:aws:iam::aws:policy/AdministratorAccess"]
    assume_roles         = ["*"]
    secrets              = { licence = "The contract's licence", "smtp/relay" = "Mail" }
    secrets_tag          = "zenml"
    secrets_access       = "write"
    secrets_write_prefix = "zenml/"
    bucket_mode          = "dedicated"
    bucket_prefix        = "example-prod-eu-"
    kms_key              = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
  }

  assert {
    condition     = tolist(keys(aws_iam_role_policy_attachment.extra)) == sort(tolist(var.extra_policies))
    error_message = "Attached: ${jsonencode(keys(aws_iam_role_policy_attachment.extra))}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.tenant[0].policy).Statement == [
      {
        Sid      = "NothingOfTheOwnAccount"
        Effect   = "Deny"
        Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
        Resource = "arn:aws:iam::111122223333:role/*"
      },
      {
        Sid      = "CustomersRoles"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole", "sts:TagSession"]
        Resource = ["*"]
      },
      {
        Sid       = "ReadOwnSecrets"
        Effect    = "Allow"
        Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        Resource  = "arn:aws:secretsmanager:*:111122223333:secret:*"
        Condition = { StringEquals = { "aws:ResourceTag/zenml" = "acme" } }
      },
      {
        Sid       = "MakeOwnSecrets"
        Effect    = "Allow"
        Action    = "secretsmanager:CreateSecret"
        Resource  = "arn:aws:secretsmanager:*:111122223333:secret:zenml/*"
        Condition = { StringEquals = { "aws:RequestTag/zenml" = "acme" } }
      },
      {
        Sid      = "TagOwnSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:TagResource"
        Resource = "arn:aws:secretsmanager:*:111122223333:secret:zenml/*"
        Condition = {
          StringEquals         = { "aws:RequestTag/zenml" = "acme" }
          StringEqualsIfExists = { "aws:ResourceTag/zenml" = "acme" }
        }
      },
      {
        Sid    = "ChangeOwnSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret",
          "secretsmanager:UpdateSecret",
        ]
        Resource  = "arn:aws:secretsmanager:*:111122223333:secret:zenml/*"
        Condition = { StringEquals = { "aws:ResourceTag/zenml" = "acme" } }
      },
      {
        Sid      = "ListOwnBucket"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::example-prod-eu-acme"
      },
      {
        Sid    = "OwnObjects"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
        ]
        Resource = "arn:aws:s3:::example-prod-eu-acme/*"
      },
      {
        Sid       = "KeyOfOwnData"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
        Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com", "secretsmanager.*.amazonaws.com"] } }
      },
    ]
    error_message = "Policy: ${aws_iam_role_policy.tenant[0].policy}"
  }

  assert {
    condition = (
      { for key, secret in aws_secretsmanager_secret.tenant : key => secret.name }
      == { licence = "tenants/acme/licence", "smtp/relay" = "tenants/acme/smtp/relay" }
    )
    error_message = "Secrets: ${jsonencode([for secret in aws_secretsmanager_secret.tenant : secret.name])}"
  }

  assert {
    condition = alltrue([
      for secret in aws_secretsmanager_secret.tenant :
      secret.tags == tomap({ tenant = "acme", tenant-name = "acme", zenml = "acme" }) && secret.recovery_window_in_days == 30
    ])
    error_message = "A secret lacks its tag or the time in which it can be had back."
  }

  assert {
    condition     = aws_s3_bucket.tenant[0].bucket == "example-prod-eu-acme" && !aws_s3_bucket.tenant[0].force_destroy
    error_message = "The bucket has another name, or goes with all that is in it."
  }
}

run "part_of_a_bucket" {
  command = plan

  variables {
    bucket_mode   = "shared"
    shared_bucket = "example-data"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.tenant[0].policy).Statement :
      [statement.Resource, try(statement.Condition, null)] if contains(["ListOwnPart", "OwnObjects"], statement.Sid)
      ] == [
      ["arn:aws:s3:::example-data", { StringLike = { "s3:prefix" = "tenants/acme/*" } }],
      ["arn:aws:s3:::example-data/tenants/acme/*", null],
    ]
    error_message = "Policy: ${aws_iam_role_policy.tenant[0].policy}"
  }

  assert {
    condition     = output.bucket == "example-data" && output.bucket_prefix == "tenants/acme/" && length(aws_s3_bucket.tenant) == 0
    error_message = "The part of the bucket is told otherwise."
  }
}

run "keep_data" {
  command = plan

  variables {
    keep_data      = true
    extra_policies = ["arn:aws:iam::111122223333:policy/lighthouse-data"]
    secrets        = { licence = "The contract's licence" }
    bucket_mode    = "dedicated"
    bucket_prefix  = "example-prod-eu-"
    identity_type  = "podIdentity"
    cluster        = "prod-eu"
  }

  assert {
    condition = (
      length(aws_iam_role.tenant) + length(aws_iam_role_policy.tenant) + length(aws_iam_role_policy_attachment.extra)
      + length(aws_eks_pod_identity_association.tenant) == 0
    )
    error_message = "What holds no data is kept."
  }

  assert {
    condition     = length(aws_s3_bucket.tenant) + length(aws_s3_bucket_policy.tenant) + length(aws_secretsmanager_secret.tenant) == 3
    error_message = "What holds data is not kept."
  }
}

run "delete_data" {
  command = plan

  variables {
    delete_data   = true
    secrets       = { licence = "The contract's licence" }
    bucket_mode   = "dedicated"
    bucket_prefix = "example-prod-eu-"
  }

  assert {
    condition     = aws_s3_bucket.tenant[0].force_destroy && aws_secretsmanager_secret.tenant["licence"].recovery_window_in_days == 0
    error_message = "The switch takes the protection from nothing."
  }
}
