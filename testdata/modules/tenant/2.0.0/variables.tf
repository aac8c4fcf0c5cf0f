variable "tenant" {
  description = "The tenant's name."
  type        = string
}

variable "tenant_id" {
  description = "Goes into the names of cloud resources."
  type        = string
}

variable "namespace" {
  description = "The tenant's namespace."
  type        = string
}

variable "service_accounts" {
  description = "Those that may take the role."
  type        = list(string)
}

variable "identity_type" {
  description = "irsa or podIdentity."
  type        = string
}

variable "role_name" {
  description = "The tenant's role."
  type        = string
}

variable "create_role" {
  description = "Whether the role is made here."
  type        = bool
  default     = true
}

variable "permissions_boundary" {
  description = "The boundary of the role."
  type        = string
  default     = null
}

variable "oidc_provider" {
  description = "The cluster's provider."
  type        = string
  default     = null
}

variable "tags" {
  description = "On every resource."
  type        = map(string)
  default     = {}
}

variable "database_mode" {
  description = "shared or dedicated."
  type        = string
  default     = "shared"

  validation {
    condition     = contains(["shared", "dedicated"], var.database_mode)
    error_message = "database_mode is shared or dedicated."
  }
}

variable "extra_policies" {
  description = "ARNs of policies for the role."
  type        = list(string)
  default     = []
}

variable "database_password" {
  description = "Left to the module by default."
  type        = string
  default     = null
  sensitive   = true
}

# Taken like all that the fleet maps, and not used: this cloud has no such things.

variable "role_arn" {
  description = "A role that exists already."
  type        = string
  default     = null
}

variable "cluster" {
  description = "The cluster of associations."
  type        = string
  default     = null
}

variable "secrets_tag" {
  description = "Says whose a secret is."
  type        = string
  default     = "tenant"
}

variable "secrets_access" {
  description = "none, read or write."
  type        = string
  default     = "read"
}

variable "secrets_write_prefix" {
  description = "How names of secrets begin."
  type        = string
  default     = null
}

variable "assume_roles" {
  description = "Customers' roles."
  type        = list(string)
  default     = []
}

variable "kms_key" {
  description = "The key of all data."
  type        = string
  default     = null
}

variable "secrets" {
  description = "Secrets that are made empty."
  type        = map(string)
  default     = {}
}

variable "bucket_mode" {
  description = "none, dedicated or shared."
  type        = string
  default     = "none"
}

variable "bucket_prefix" {
  description = "How the bucket's name begins."
  type        = string
  default     = null
}

variable "shared_bucket" {
  description = "The platform's bucket."
  type        = string
  default     = null
}

variable "database" {
  description = "What the database is like."
  type = object({
    instance_class  = optional(string)
    subnet_group    = optional(string)
    security_groups = optional(list(string), [])
  })
  default = {}
}

# The runner's own switches.

variable "keep_data" {
  description = "Keeps what holds data and takes everything else away."
  type        = bool
  default     = false
}

variable "delete_data" {
  description = "Lets what holds data be deleted."
  type        = bool
  default     = false
}
