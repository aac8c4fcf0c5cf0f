variable "path" {
  default = "${path.module}/x"
}

variable "list" {
  default = [1, upper("x"), 99999999999999999999]
}
