resource "terraform_data" "database" {
  input = var.name
}

output "role" {
  value = var.name
}
