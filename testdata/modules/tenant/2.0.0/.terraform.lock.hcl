# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.example.com/tenantry/cloud" {
  version     = "1.0.0"
  constraints = "1.0.0"
  hashes = [
    "h1:JAzrS9RjlcQ6e+8RUzWKYpfFlB0pSTecFNLN76QfN10=",
  ]
}
