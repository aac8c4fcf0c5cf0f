resource "cloud_thing" "this" {}
