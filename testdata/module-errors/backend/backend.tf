terraform {
  required_version = ">= 1.8"

  backend "s3" {
    bucket = "mine"
  }
}
