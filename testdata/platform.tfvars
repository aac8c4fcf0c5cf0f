# What the platform team fills in for `terraform/platform`, so that it fits `fleet/platform.yaml`.
account_id           = "111122223333"
region               = "eu-central-1"
oidc_provider        = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
role_prefix          = "zenml-"
state_bucket         = "tenants-state"
cluster              = "prod-eu"
databases            = true
secrets_tag          = "zenml"
secrets_write_prefix = "zenml/"
bucket_prefix        = "example-tenants-"
shared_bucket        = "tenants-artifacts"
extra_policies = [
  "arn:aws:iam::111122223333:policy/lighthouse-data",
  "arn:aws:iam::111122223333:policy/lighthouse-audit",
]
kms_key = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
