# What the start of the real AWS provider is measured with: one of each that a tenant has.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "tenant_id" {
  description = "Goes into the names of cloud resources."
  type        = string
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_iam_policy" "boundary" {
  name = "${var.tenant_id}-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }]
  })
}

resource "aws_iam_role" "tenant" {
  name                 = "zenml-${var.tenant_id}"
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_secretsmanager_secret" "tenant" {
  name = "zenml/${var.tenant_id}"
}
