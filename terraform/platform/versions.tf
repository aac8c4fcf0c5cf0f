# The platform team applies this once, by hand and with rights of its own. Where its own state is says a `backend` block that they
# add: not in the bucket that is made here, or whoever may read tenants' states reads this one as well.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 7.0"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = var.tags
  }
}
