output "role" {
  description = "The role's name."
  value       = one(cloud_thing.role[*].name)
}

output "bucket" {
  description = "The bucket's address."
  value       = cloud_thing.bucket.address
}

output "database_password" {
  description = "The database's password."
  value       = one(cloud_thing.database[*].secret)
  sensitive   = true
}

output "settings" {
  description = "For people; not published."
  value       = one(terraform_data.settings[*].output)
}
