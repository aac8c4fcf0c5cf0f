# What is refused before AWS is asked.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  tenant               = "acme"
  tenant_id            = "acme"
  namespace            = "t-acme"
  service_accounts     = ["zenml"]
  identity_type        = "irsa"
  role_name            = "zenml-acme"
  permissions_boundary = "arn:aws:iam::111122223333:policy/tenant-boundary"
  oidc_provider        = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
}

run "role_without_boundary" {
  command = plan

  variables {
    permissions_boundary = null
  }

  expect_failures = [var.permissions_boundary]
}

run "boundary_of_aws" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::aws:policy/AdministratorAccess"
  }

  expect_failures = [var.permissions_boundary]
}

run "irsa_without_provider" {
  command = plan

  variables {
    oidc_provider = null
  }

  expect_failures = [var.oidc_provider]
}

run "provider_with_scheme" {
  command = plan

  variables {
    oidc_provider = "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
  }

  expect_failures = [var.oidc_provider]
}

run "role_of_another" {
  command = plan

  variables {
    role_name = "zenml-globex"
  }

  expect_failures = [var.role_name]
}

run "role_with_a_path" {
  command = plan

  variables {
    role_name = "legacy/acme"
  }

  expect_failures = [var.role_name]
}

run "wildcard_in_namespace" {
  command = plan

  variables {
    namespace = "t-*"
  }

  expect_failures = [var.namespace]
}

run "wildcard_in_service_account" {
  command = plan

  variables {
    service_accounts = ["zenml", "*"]
  }

  expect_failures = [var.service_accounts]
}

run "tag_of_another" {
  command = plan

  variables {
    tags = { tenant = "globex" }
  }

  expect_failures = [var.tags]
}

run "tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:name" = "acme" }
  }

  expect_failures = [var.tags]
}

run "wildcard_in_id" {
  command = plan

  variables {
    tenant_id = "acme*"
    role_name = "zenml-acme*"
  }

  expect_failures = [var.tenant_id]
}

run "policy_twice" {
  command = plan

  variables {
    extra_policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
  }

  expect_failures = [var.extra_policies]
}

run "policy_without_role" {
  command = plan

  variables {
    create_role    = false
    extra_policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  }

  expect_failures = [var.extra_policies]
}

run "association_without_role" {
  command = plan

  variables {
    create_role   = false
    identity_type = "podIdentity"
  }

  expect_failures = [var.role_arn]
}

run "write_without_prefix" {
  command = plan

  variables {
    secrets_access = "write"
  }

  expect_failures = [var.secrets_write_prefix]
}

run "the_databases_secret" {
  command = plan

  variables {
    secrets = { database = "Mine" }
  }

  expect_failures = [var.secrets]
}

run "bucket_without_prefix" {
  command = plan

  variables {
    bucket_mode = "dedicated"
  }

  expect_failures = [var.bucket_prefix]
}

run "shared_without_bucket" {
  command = plan

  variables {
    bucket_mode = "shared"
  }

  expect_failures = [var.shared_bucket]
}

run "wildcard_in_prefix" {
  command = plan

  variables {
    shared_bucket_prefix = "*/"
  }

  expect_failures = [var.shared_bucket_prefix]
}

run "id_that_rds_refuses" {
  command = plan

  variables {
    tenant_id     = "ac--me"
    role_name     = "zenml-ac--me"
    database_mode = "dedicated"
  }

  expect_failures = [var.database_mode]
}

run "no_backups" {
  command = plan

  variables {
    database = { backup_days = 0 }
  }

  expect_failures = [var.database]
}

run "unknown_mode" {
  command = plan

  variables {
    database_mode = "none"
  }

  expect_failures = [var.database_mode]
}
