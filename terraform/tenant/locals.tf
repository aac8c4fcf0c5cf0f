# What several files need.

locals {
  live = var.keep_data ? 0 : 1

  makes_role = var.create_role && contains(["irsa", "podIdentity"], var.identity_type)

  tags = merge(var.tags, {
    tenant            = var.tenant_id
    tenant-name       = var.tenant
    (var.secrets_tag) = var.tenant_id
  })

  # Whose account it is says the boundary, which must be of the same one. To ask AWS would take a call in each run, and make
  # every policy unknown until then.
  boundary  = try(regex("^arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):", var.permissions_boundary), null)
  partition = try(local.boundary.partition, "aws")
  account   = try(local.boundary.account, "")
}
