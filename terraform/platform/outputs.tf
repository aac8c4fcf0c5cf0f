output "boundary" {
  description = "For `spec.aws.role.boundary`."
  value       = aws_iam_policy.tenant_boundary.arn
}

output "provider_role" {
  description = "For `spec.terraform.roles.provider`."
  value       = aws_iam_role.provider.arn
}

output "state_role" {
  description = "For `spec.terraform.roles.state`."
  value       = aws_iam_role.state.arn
}

output "state_bucket" {
  description = "For `spec.terraform.backend.s3.bucket`."
  value       = aws_s3_bucket.state.bucket
}
