terraform {
  required_providers {
    cloud = { source = "registry.example.com/tenantry/cloud" }
  }
}

provider "cloud" {
  region = "eu"
}

data "cloud_thing" "other" {
  name = "other"
}

locals {
  x = [for x in data.cloud_thing.other[*].value : upper(x) if x != ""]
}

resource "cloud_thing" "other" {
  for_each = toset(local.x)
  name     = each.key
  lifecycle { ignore_changes = all }
}

moved {
  from = cloud_thing.old
  to   = cloud_thing.other
}
