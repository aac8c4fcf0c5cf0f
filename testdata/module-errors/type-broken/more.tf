variable "old" {
  type = "string"
}

variable "new" {
  type = object({
    a = strng
  })
}
