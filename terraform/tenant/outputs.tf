output "role" {
  description = "The role's name; null without one."
  value       = one(aws_iam_role.tenant[*].name)
}

output "role_arn" {
  description = "The role's ARN, also of one that exists already; null without one."
  value       = var.create_role ? one(aws_iam_role.tenant[*].arn) : var.role_arn
}

output "bucket" {
  description = "The bucket's name, its own or the shared one; null without one."
  value       = var.bucket_mode == "shared" ? var.shared_bucket : one(aws_s3_bucket.tenant[*].bucket)
}

output "bucket_prefix" {
  description = "What the tenant's objects in the bucket begin with; empty in a bucket of its own."
  value       = local.objects_prefix
}

output "database_host" {
  description = "Where the database of its own is; null without one."
  value       = one(aws_db_instance.tenant[*].address)
}

output "database_port" {
  description = "The database's port; null without one of its own."
  value       = one(aws_db_instance.tenant[*].port)
}

output "database_secret" {
  description = "The name of the secret that has the database's user and password; null without a database of its own."
  value       = one(aws_secretsmanager_secret.database[*].name)
}

output "secrets" {
  description = "The ARNs of the secrets that are made empty, by name."
  value       = { for name, secret in aws_secretsmanager_secret.tenant : name => secret.arn }
}
