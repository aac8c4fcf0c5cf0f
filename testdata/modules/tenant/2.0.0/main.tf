# Stands for `terraform/tenant`, and takes what the fleet maps for it. What a tenant has is in the cloud of the tests: things, which
# have a name that is theirs alone, a value and tags, and which come late, fail or are changed behind Terraform's back as told.

locals {
  tags = merge(var.tags, { tenant = var.tenant_id })
  live = var.keep_data ? 0 : 1
}

resource "cloud_thing" "role" {
  count = var.create_role ? local.live : 0
  name  = var.role_name
  value = jsonencode({
    boundary         = var.permissions_boundary
    identity         = var.identity_type
    oidc_provider    = var.oidc_provider
    service_accounts = [for account in var.service_accounts : "${var.namespace}:${account}"]
  })
  tags = local.tags
}

resource "cloud_thing" "policy" {
  for_each = { for arn in var.extra_policies : basename(arn) => arn if !var.keep_data }
  name     = "${var.tenant_id}/${each.key}"
  value    = each.value
  tags     = local.tags

  depends_on = [cloud_thing.role]
}

resource "cloud_thing" "database" {
  count     = var.database_mode == "dedicated" ? 1 : 0
  name      = "${var.tenant_id}/database"
  value     = "for ${var.tenant}"
  secret    = var.database_password
  protected = !var.delete_data
  tags      = local.tags
}

resource "cloud_thing" "bucket" {
  name      = "${var.tenant_id}/bucket"
  value     = "for ${var.tenant}"
  protected = !var.delete_data
  tags      = local.tags
}

# A fingerprint of the settings, which needs no provider.
resource "terraform_data" "settings" {
  count = local.live
  input = { tenant = var.tenant, mode = var.database_mode }
}
