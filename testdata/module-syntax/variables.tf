# What a variable's block may look like.

variable "bare" {}

variable "documented" {
  type        = string
  description = <<-EOT
    Two lines
      and a half.
  EOT
}

variable "nested" {
  description = "An object, some of it optional."
  type = object({
    name  = string # the name
    size  = optional(number, 10)
    zones = optional(set(string), ["a", "b)"])
    disk  = object({ kind = string, tags = map(string) })
    pair  = tuple([string, bool])
  })
  default = {
    zones  = ["c"]
    "name" = "quoted \"key\" and $${no} template"
    size   = -1.50
    disk   = { kind = null, tags = {} }
    pair   = ["x", true]
  }
  nullable = false

  validation {
    condition     = var.nested.size > 0
    error_message = "too small"
  }
}

variable "numbers" {
  type    = list(number)
  default = [0, 1e3, 0.25, -7, (8)]
}

variable "text" {
  default = <<EOT
a line
EOT
}

variable "anything" {
  type    = any
  default = null
}

variable "legacy" {
  type = list
}

variable "login" {
  type      = string
  default   = "told to nobody"
  sensitive = true
}

variable "keep" {
  type    = bool
  default = false
}
