variable "name" {
  type = string
}

variable "keep_data" {
  type    = bool
  default = false
}
