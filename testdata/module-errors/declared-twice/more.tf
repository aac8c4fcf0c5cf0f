variable "name" {}

output "role" {
  value = 1
}
