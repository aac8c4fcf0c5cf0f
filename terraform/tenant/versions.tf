# No `backend` block: the runner lays one over, for each tenant's own state.
terraform {
  # Write-only arguments, by which a password never gets into the state.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.90 is the first with all write-only arguments and ephemeral resources that database.tf uses.
      version = ">= 5.90, < 7.0"
    }
  }
}
