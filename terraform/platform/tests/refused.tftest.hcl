# What is refused before AWS is asked.

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
}

run "provider_among_tenants" {
  command = plan

  variables {
    role_prefix = "tenantry-"
  }

  expect_failures = [var.role_prefix]
}

run "provider_among_tenants_by_case" {
  command = plan

  variables {
    provider_role = "ZenML-terraform"
  }

  expect_failures = [var.role_prefix]
}

run "state_among_tenants" {
  command = plan

  variables {
    state_role = "zenml-state"
  }

  expect_failures = [var.role_prefix]
}

run "prefix_that_is_a_name" {
  command = plan

  variables {
    role_prefix = "zenml"
  }

  expect_failures = [var.role_prefix]
}

run "prefix_of_everything" {
  command = plan

  variables {
    role_prefix = "*-"
  }

  expect_failures = [var.role_prefix]
}

run "one_role_for_both" {
  command = plan

  variables {
    state_role = "tenantry-terraform"
  }

  expect_failures = [var.state_role]
}

run "wildcard_in_namespace" {
  command = plan

  variables {
    control_namespace = "*"
  }

  expect_failures = [var.control_namespace]
}

run "provider_with_scheme" {
  command = plan

  variables {
    oidc_provider = "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
  }

  expect_failures = [var.oidc_provider]
}

run "states_among_buckets" {
  command = plan

  variables {
    bucket_prefix = "tenants-"
  }

  expect_failures = [var.bucket_prefix]
}

run "shared_bucket_among_buckets" {
  command = plan

  variables {
    bucket_prefix = "example-"
    shared_bucket = "example-shared"
  }

  expect_failures = [var.shared_bucket]
}

run "tenants_write_where_terraform_does" {
  command = plan

  variables {
    secrets_write_prefix = "tenants/zenml/"
  }

  expect_failures = [var.secrets_write_prefix]
}

run "tenants_write_above_terraform" {
  command = plan

  variables {
    secrets_write_prefix = "tenants"
  }

  expect_failures = [var.secrets_write_prefix]
}

run "states_in_the_shared_bucket" {
  command = plan

  variables {
    shared_bucket = "tenants-state"
  }

  expect_failures = [var.shared_bucket]
}

run "states_key_for_tenants" {
  command = plan

  variables {
    kms_key       = "arn:aws:kms:eu-central-1:111122223333:key/1"
    state_kms_key = "arn:aws:kms:eu-central-1:111122223333:key/1"
  }

  expect_failures = [var.kms_key]
}

run "every_secret" {
  command = plan

  variables {
    secrets_prefix = "/"
  }

  expect_failures = [var.secrets_prefix]
}

run "own_role_for_pods" {
  command = plan

  variables {
    associated_roles = ["arn:aws:iam::111122223333:role/tenantry-state"]
  }

  expect_failures = [var.associated_roles]
}

run "every_role_for_pods" {
  command = plan

  variables {
    associated_roles = ["arn:aws:iam::111122223333:role/*"]
  }

  expect_failures = [var.associated_roles]
}

run "boundary_with_iam" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"iam:PutRolePolicy\"], \"Resource\": \"arn:aws:s3:::x/*\"}"]
  }

  expect_failures = [var.boundary_statements]
}

run "boundary_with_all" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::x/*\"}"]
  }

  expect_failures = [var.boundary_statements]
}

run "boundary_with_a_pattern_of_services" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"Action\": \"i*:*\", \"Resource\": \"arn:aws:s3:::x/*\"}"]
  }

  expect_failures = [var.boundary_statements]
}

run "boundary_with_others_secrets" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"Action\": \"secretsmanager:GetSecretValue\", \"Resource\": \"arn:aws:secretsmanager:eu-central-1:111122223333:secret:x\"}"]
  }

  expect_failures = [var.boundary_statements]
}

run "boundary_with_not_action" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"NotAction\": \"iam:*\", \"Resource\": \"arn:aws:s3:::x/*\"}"]
  }

  expect_failures = [var.boundary_statements]
}

run "boundary_with_every_resource" {
  command = plan

  variables {
    boundary_statements = ["{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}"]
  }

  expect_failures = [var.boundary_statements]
}
