# What would be made for the example fleet's platform, without AWS.

mock_provider "aws" {
  # OpenTofu looks at what a mock makes up, and a role's boundary has to be an ARN.
  mock_resource "aws_iam_policy" {
    defaults = {
      arn = "arn:aws:iam::111122223333:policy/made-up"
    }
  }
}

variables {
  account_id    = "111122223333"
  region        = "eu-central-1"
  oidc_provider = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
  role_prefix   = "zenml-"
  state_bucket  = "tenants-state"
  tags          = { cost-centre = "platform" }
}

run "trust" {
  command = plan

  assert {
    condition = alltrue([
      for trust in [aws_iam_role.provider.assume_role_policy, aws_iam_role.state.assume_role_policy] : jsondecode(trust) == {
        Version = "2012-10-17"
        Statement = [{
          Sid       = "TerraformsJobs"
          Effect    = "Allow"
          Action    = "sts:AssumeRoleWithWebIdentity"
          Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE" }
          Condition = { StringEquals = {
            "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:aud" = "sts.amazonaws.com"
            "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:sub" = "system:serviceaccount:tenantry-system:tenantry-terraform"
          } }
        }]
      }
    ])
    error_message = "Trust: ${aws_iam_role.provider.assume_role_policy}"
  }

  # The names that the example fleet's platform file has.
  assert {
    condition = (
      [aws_iam_role.provider.name, aws_iam_role.state.name, aws_iam_policy.tenant_boundary.name, aws_iam_policy.provider_boundary.name]
      == ["tenantry-terraform", "tenantry-state", "tenant-boundary", "tenantry-terraform-boundary"]
    )
    error_message = "Something is called otherwise."
  }
}

run "state" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.state.policy).Statement == [
      {
        Sid       = "FindStates"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:aws:s3:::tenants-state"
        Condition = { StringLike = { "s3:prefix" = ["tenants/*", "env:/"] } }
      },
      {
        Sid      = "ReadAndWriteStates"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::tenants-state/tenants/*"
      },
      {
        Sid      = "ReleaseLocks"
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = "arn:aws:s3:::tenants-state/tenants/*.tflock"
      },
    ]
    error_message = "Policy: ${aws_iam_role_policy.state.policy}"
  }

  assert {
    condition = (
      one(aws_s3_bucket_versioning.state.versioning_configuration[*].status) == "Enabled"
      && one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule[*]).apply_server_side_encryption_by_default[*].sse_algorithm) == "AES256"
      && alltrue([
        aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
        aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
      ])
    )
    error_message = "The states' bucket is not versioned, not encrypted, or may be public."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.state.policy).Statement[*] == [
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::tenants-state", "arn:aws:s3:::tenants-state/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "NeitherTenantsNorTheProvider"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::tenants-state", "arn:aws:s3:::tenants-state/*"]
        Condition = { ArnLike = { "aws:PrincipalArn" = [
          "arn:aws:iam::111122223333:role/tenantry-terraform", "arn:aws:iam::111122223333:role/zenml-*",
        ] } }
      },
    ]
    error_message = "Policy: ${aws_s3_bucket_policy.state.policy}"
  }
}

# Without anything more it may make roles and empty secrets.
run "provider" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.provider.policy).Statement[*].Sid == [
      "ReadTenantsRoles", "MakeTenantsRoles", "ChangeTenantsRoles", "DetachPolicies", "TenantsSecrets", "WhoAmI",
    ]
    error_message = "Policy: ${jsonencode(jsondecode(aws_iam_role_policy.provider.policy).Statement[*].Sid)}"
  }

  # What it may do in IAM, all of it, by resource and condition.
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.provider.policy).Statement :
      statement.Sid => [flatten([statement.Resource]), jsonencode(try(statement.Condition, {}))]
      if anytrue([for action in flatten([statement.Action]) : startswith(action, "iam:") || strcontains(action, "*")])
      } == {
      ReadTenantsRoles   = [["arn:aws:iam::111122223333:role/zenml-*"], "{}"]
      MakeTenantsRoles   = [["arn:aws:iam::111122223333:role/zenml-*"], jsonencode({ StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111122223333:policy/tenant-boundary" } })]
      ChangeTenantsRoles = [["arn:aws:iam::111122223333:role/zenml-*"], "{}"]
      DetachPolicies     = [["arn:aws:iam::111122223333:role/zenml-*"], jsonencode({ StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111122223333:policy/tenant-boundary" } })]
    }
    error_message = "Policy: ${aws_iam_role_policy.provider.policy}"
  }

  # Each known way to make oneself more than one is: none is among what it may do without the tenants' boundary.
  assert {
    condition = length(setintersection(
      toset(flatten([
        for statement in jsondecode(aws_iam_role_policy.provider.policy).Statement : statement.Action if !can(statement.Condition)
      ])),
      [
        "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey",
        "iam:CreateLoginProfile", "iam:CreateOpenIDConnectProvider", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateRole",
        "iam:CreateUser", "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:PassRole",
        "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion",
        "iam:UpdateLoginProfile", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider", "sts:AssumeRole",
      ],
    )) == 0
    error_message = "Policy: ${aws_iam_role_policy.provider.policy}"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_policy.provider_boundary.policy).Statement : statement.Sid => [
        flatten([statement.Action]), flatten([try(statement.Resource, [])]), flatten([try(statement.NotResource, [])]),
        jsonencode(try(statement.Condition, {})),
      ] if statement.Effect == "Deny" && statement.Sid != "OpenNothingToOthers"
      } == {
      OnlyTenantsRoles = [["iam:*"], [], ["arn:aws:iam::111122223333:role/zenml-*"], "{}"]
      LeaveOtherRolesAlone = [
        [
          "iam:Add*", "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Remove*", "iam:Set*", "iam:Tag*",
          "iam:Untag*", "iam:Update*",
        ], [], ["arn:aws:iam::111122223333:role/zenml-*"], "{}",
      ]
      OnlyWithTheTenantsBoundary = [
        [
          "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
          "iam:PutRolePolicy",
        ], ["*"], [], jsonencode({ StringNotEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111122223333:policy/tenant-boundary" } }),
      ]
      NoRoleWithoutBoundary = [["iam:DeleteRolePermissionsBoundary"], ["*"], [], "{}"]
      PassToPodsOnly        = [["iam:PassRole"], ["*"], [], jsonencode({ StringNotEquals = { "iam:PassedToService" = "pods.eks.amazonaws.com" } })]
      BecomeNobodyElse = [
        ["sts:AssumeRole*", "sts:GetFederationToken", "sts:GetSessionToken", "sts:SetSourceIdentity", "sts:TagSession"], ["*"], [], "{}",
      ]
      ReadNoObject    = [["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"], ["*"], [], "{}"]
      GrantsToAwsOnly = [["kms:CreateGrant"], ["*"], [], jsonencode({ BoolIfExists = { "kms:GrantIsForAWSResource" = "false" } })]
      NeverTheStates  = [["s3:*"], ["arn:aws:s3:::tenants-state", "arn:aws:s3:::tenants-state/*"], [], "{}"]
    }
    error_message = "Boundary: ${aws_iam_policy.provider_boundary.policy}"
  }
}

run "everything" {
  command = plan

  variables {
    cluster              = "prod-eu"
    associated_roles     = ["arn:aws:iam::111122223333:role/legacy/cobalt-server"]
    extra_policies       = ["arn:aws:iam::111122223333:policy/tenant-*", "arn:aws:iam::111122223333:policy/lighthouse-*"]
    secrets_tag          = "zenml"
    secrets_write_prefix = "zenml/"
    bucket_prefix        = "example-prod-eu-"
    shared_bucket        = "example-data"
    databases            = true
    kms_key              = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
    state_kms_key        = "arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111"
    boundary_statements  = ["{\"Sid\": \"Models\", \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::example-models/*\"}"]
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.provider.policy).Statement : [statement.Resource, statement.Condition]
      if contains(["AttachPolicies", "PassTenantsRolesToPods"], statement.Sid)
      ] == [
      ["arn:aws:iam::111122223333:role/zenml-*", {
        ArnLike      = { "iam:PolicyARN" = ["arn:aws:iam::111122223333:policy/tenant-*", "arn:aws:iam::111122223333:policy/lighthouse-*"] }
        StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111122223333:policy/tenant-boundary" }
      }],
      [["arn:aws:iam::111122223333:role/zenml-*", "arn:aws:iam::111122223333:role/legacy/cobalt-server"], {
        StringEquals = { "iam:PassedToService" = "pods.eks.amazonaws.com" }
      }],
    ]
    error_message = "Policy: ${aws_iam_role_policy.provider.policy}"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_policy.tenant_boundary.policy).Statement :
      statement.Sid => [statement.Effect, flatten([statement.Resource]), jsonencode(try(statement.Condition, {}))]
      } == {
      NothingOfTheOwnAccount = ["Deny", ["arn:aws:iam::111122223333:role/*"], "{}"]
      CustomersRoles         = ["Allow", ["*"], "{}"]
      OwnSecrets = ["Allow", ["arn:aws:secretsmanager:*:111122223333:secret:*"], jsonencode({
        StringEquals = { "aws:ResourceTag/zenml" = "$${aws:PrincipalTag/tenant}" }
      })]
      NewSecrets = ["Allow", ["arn:aws:secretsmanager:*:111122223333:secret:zenml/*"], jsonencode({
        StringEquals         = { "aws:RequestTag/zenml" = "$${aws:PrincipalTag/tenant}" }
        StringEqualsIfExists = { "aws:ResourceTag/zenml" = "$${aws:PrincipalTag/tenant}" }
      })]
      OwnObjects = ["Allow", [
        "arn:aws:s3:::example-data/tenants/$${aws:PrincipalTag/tenant}/*", "arn:aws:s3:::example-prod-eu-$${aws:PrincipalTag/tenant}/*",
      ], "{}"]
      ListOwnBucket = ["Allow", ["arn:aws:s3:::example-prod-eu-$${aws:PrincipalTag/tenant}"], "{}"]
      ListOwnPart = ["Allow", ["arn:aws:s3:::example-data"], jsonencode({
        StringLike = { "s3:prefix" = "tenants/$${aws:PrincipalTag/tenant}/*" }
      })]
      KeyOfOwnData = ["Allow", ["arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"], jsonencode({
        StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com", "secretsmanager.*.amazonaws.com"] }
      })]
      NeverTheStates = ["Deny", ["arn:aws:s3:::tenants-state", "arn:aws:s3:::tenants-state/*"], "{}"]
      Models         = ["Allow", ["arn:aws:s3:::example-models/*"], "{}"]
    }
    error_message = "Boundary: ${aws_iam_policy.tenant_boundary.policy}"
  }

  # What AWS takes: 6,144 characters in a managed policy, 10,240 in a role's own.
  assert {
    condition = (
      length(aws_iam_policy.tenant_boundary.policy) < 6144 && length(aws_iam_policy.provider_boundary.policy) < 6144
      && length(aws_iam_role_policy.provider.policy) < 10240
    )
    error_message = "A policy is longer than AWS takes."
  }
}
