terraform {
  required_version = ">= 1.8"

  required_providers {
    cloud = {
      source  = "registry.example.com/tenantry/cloud"
      version = "1.0.0"
    }
  }
}
