# Who the tenant is.

variable "tenant" {
  description = "The tenant's name, for people: it goes into tags and descriptions only."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$", var.tenant))
    error_message = "tenant is a DNS label of 3 to 40 characters."
  }
}

variable "tenant_id" {
  description = "Goes into names and tags, and decides who may read what: never changes, never used again for another tenant."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]{3,40}$", var.tenant_id))
    error_message = "tenant_id has 3 to 40 characters of a-z, 0-9 and hyphen."
  }
}

variable "namespace" {
  description = "The tenant's namespace in the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace is a DNS label. Above all it has no wildcard, since it goes into the role's trust."
  }
}

variable "service_accounts" {
  description = "The ServiceAccounts of the namespace that may take the role."
  type        = list(string)

  validation {
    condition     = alltrue([for name in var.service_accounts : can(regex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", name))])
    error_message = "A ServiceAccount's name is a DNS name. Above all it has no wildcard, since it goes into the role's trust."
  }

  validation {
    condition     = length(distinct(var.service_accounts)) == length(var.service_accounts)
    error_message = "A ServiceAccount is named twice."
  }
}

variable "tags" {
  description = "On every resource, beside `tenant` and `tenant-name`, which win."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for key, value in var.tags :
      can(regex("^[\\w .:/=+@-]{1,128}$", key)) && can(regex("^[\\w .:/=+@-]{0,256}$", value)) && !startswith(lower(key), "aws:")
    ])
    error_message = "A tag has letters, digits, spaces and _ . : / = + - @ only, at most 128 characters of key and 256 of value, and no key begins with `aws:`."
  }

  validation {
    # The tag decides who reads a secret, so a mapping that gives it another tenant's value must not pass.
    condition     = lookup(var.tags, var.secrets_tag, var.tenant_id) == var.tenant_id
    error_message = "The tag that secrets_tag names is the tenant's id."
  }
}

# Its role.

variable "identity_type" {
  description = "How pods become the role: `irsa` or `podIdentity`. With `annotations` or `none` there is no role."
  type        = string

  validation {
    condition     = contains(["irsa", "podIdentity", "annotations", "none"], var.identity_type)
    error_message = "identity_type is irsa, podIdentity, annotations or none."
  }
}

variable "role_name" {
  description = "The role's name: `<platform's prefix><tenant_id>`. Customers trust it by name, so a new name is refused."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null ? true : can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name has at most 64 letters, digits and _ + = , . @ -, and no path."
  }

  validation {
    # A mapping that is wrong must not lead two tenants to one role.
    condition     = !local.makes_role || (var.role_name == null ? false : endswith(var.role_name, var.tenant_id))
    error_message = "role_name ends in tenant_id where the role is made here."
  }
}

variable "create_role" {
  description = "Whether the role is made here. One that exists already is left alone: its policies and trust are its owner's."
  type        = bool
  default     = true
}

variable "role_arn" {
  description = "The ARN of a role that exists already. Needed with `create_role = false` and `podIdentity`."
  type        = string
  default     = null

  validation {
    condition     = var.role_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", var.role_arn))
    error_message = "role_arn is the ARN of a role."
  }

  validation {
    condition     = var.create_role || var.identity_type != "podIdentity" || var.role_arn != null
    error_message = "An association with a role that exists already needs role_arn."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that no policy of the role gets past. Needed where the role is made; its account is the role's."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy of the account's own."
  }

  validation {
    condition     = !local.makes_role || var.permissions_boundary != null
    error_message = "A role without permissions_boundary is not made."
  }
}

variable "oidc_provider" {
  description = "The cluster's OIDC provider, without scheme. Needed with `irsa`."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider == null ? true : can(regex("^[a-zA-Z0-9.-]+(/[a-zA-Z0-9._-]+)*$", var.oidc_provider))
    error_message = "oidc_provider is a host and path without scheme: oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE."
  }

  validation {
    condition     = !(local.makes_role && var.identity_type == "irsa") || var.oidc_provider != null
    error_message = "identity_type irsa needs oidc_provider."
  }
}

variable "cluster" {
  description = "The EKS cluster's name, for Pod Identity associations. Without one somebody else makes them."
  type        = string
  default     = null

  validation {
    condition     = var.cluster == null ? true : can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster))
    error_message = "cluster is the name of an EKS cluster."
  }
}

variable "extra_policies" {
  description = "ARNs of policies that the role gets beside its own. What they allow counts inside the boundary only."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.extra_policies : can(regex("^arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/[\\w+=,.@/-]+$", arn))])
    error_message = "extra_policies are ARNs of managed policies."
  }

  validation {
    condition     = length(distinct(var.extra_policies)) == length(var.extra_policies) && length(var.extra_policies) <= 10
    error_message = "extra_policies are at most ten, AWS's limit for a role, each once."
  }

  validation {
    # To pass over them in silence would leave a tenant without rights that its file names.
    condition     = length(var.extra_policies) == 0 || local.makes_role
    error_message = "extra_policies need a role that is made here."
  }
}

variable "assume_roles" {
  description = "ARNs, or patterns of them, of customers' roles that the role may take. Those of the own account are denied whatever this says."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.assume_roles : arn == "*" || can(regex("^arn:[a-z*-]+:iam::([0-9]{12}|\\*):role/.+$", arn))])
    error_message = "assume_roles are ARNs of roles, with * for a part, or * alone."
  }
}

# Its secrets in Secrets Manager.

variable "secrets_tag" {
  description = "The tag whose value says whose a secret is. The role reaches secrets by this tag alone, and the boundary asks for the same."
  type        = string
  default     = "tenant"

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_.-]{0,127}$", var.secrets_tag)) && var.secrets_tag != "tenant-name"
    error_message = "secrets_tag is a tag's key of letters, digits and _ . -, and not tenant-name, which is no id."
  }
}

variable "secrets_access" {
  description = "What the role may do with the tenant's secrets: `none`, `read`, or `write` for a product that keeps secrets of its own."
  type        = string
  default     = "read"

  validation {
    condition     = contains(["none", "read", "write"], var.secrets_access)
    error_message = "secrets_access is none, read or write."
  }
}

variable "secrets_write_prefix" {
  description = "How the names of secrets begin that the role makes with `write`, as products choose them: `zenml/`. Needed with `write`."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_write_prefix == null ? var.secrets_access != "write" : can(regex("^[\\w/+=.@-]{2,}$", var.secrets_write_prefix))
    error_message = "secrets_write_prefix is the beginning of a secret's name, at least two characters, and needed with write."
  }
}

variable "secrets_prefix" {
  description = "How the names of secrets begin that are made here, before the id: the `keyPrefix` of the platform's store."
  type        = string
  default     = "tenants/"

  validation {
    condition     = can(regex("^[\\w/+=.@-]*/$", var.secrets_prefix))
    error_message = "secrets_prefix ends in a slash."
  }
}

variable "secrets" {
  description = "Secrets that are made empty, by name below `<secrets_prefix><tenant_id>/`, with what they are for. Their values come from elsewhere and are never in the state."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, _ in var.secrets : can(regex("^[a-z0-9]([a-z0-9/_.-]{0,100}[a-z0-9])?$", name)) && name != "database"])
    error_message = "A secret's name has lower case letters, digits and / _ . -, and is not database, which is the database's own."
  }
}

variable "kms_key" {
  description = "ARN of the key that encrypts secrets, bucket and database. Without one AWS's own keys do."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key))
    error_message = "kms_key is the ARN of a key."
  }
}

# Its bucket.

variable "bucket_mode" {
  description = "`none`, `dedicated` (a bucket of its own) or `shared` (its part of the platform's bucket)."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "dedicated", "shared"], var.bucket_mode)
    error_message = "bucket_mode is none, dedicated or shared."
  }
}

variable "bucket_prefix" {
  description = "How the name of a bucket of its own begins, before the id. Needed with `dedicated`: buckets' names are unique in all of AWS."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_prefix == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,22}$", var.bucket_prefix))
    error_message = "bucket_prefix has 2 to 23 lower case letters, digits and hyphens."
  }

  validation {
    condition     = var.bucket_mode != "dedicated" || (var.bucket_prefix != null && can(regex("[a-z0-9]$", var.tenant_id)))
    error_message = "A bucket of its own needs bucket_prefix, and a tenant_id that ends in a letter or digit."
  }
}

variable "shared_bucket" {
  description = "The platform's bucket, of which the tenant has what is below `<shared_bucket_prefix><tenant_id>/`. Needed with `shared`."
  type        = string
  default     = null

  validation {
    condition     = var.shared_bucket == null ? var.bucket_mode != "shared" : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.shared_bucket))
    error_message = "shared_bucket is the name of a bucket, and needed with shared."
  }
}

variable "shared_bucket_prefix" {
  description = "What comes before the id in the shared bucket."
  type        = string
  default     = "tenants/"

  validation {
    condition     = can(regex("^([\\w.-]+/)*$", var.shared_bucket_prefix))
    error_message = "shared_bucket_prefix is empty or ends in a slash, and has no wildcard."
  }
}

# Its database.

variable "database_mode" {
  description = "`shared`: nothing is made here; `dedicated`: a database instance of its own, and a secret `database` with its user and password."
  type        = string
  default     = "shared"

  validation {
    condition     = contains(["shared", "dedicated"], var.database_mode)
    error_message = "database_mode is shared or dedicated."
  }

  validation {
    condition     = var.database_mode != "dedicated" || can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.tenant_id))
    error_message = "A database of its own needs a tenant_id without two hyphens in a row and without one at either end: RDS takes no other."
  }
}

variable "database" {
  description = "What a database of its own is like. `subnet_group` and `security_groups` say who reaches it."
  type = object({
    engine          = optional(string, "mysql")
    engine_version  = optional(string, "8.4")
    instance_class  = optional(string, "db.t4g.small")
    storage         = optional(number, 20)
    max_storage     = optional(number, 100)
    multi_az        = optional(bool, false)
    backup_days     = optional(number, 7)
    subnet_group    = optional(string)
    security_groups = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["mysql", "mariadb", "postgres"], var.database.engine)
    error_message = "database.engine is mysql, mariadb or postgres."
  }

  validation {
    condition     = var.database.storage >= 20 && var.database.max_storage > var.database.storage
    error_message = "database.storage is at least 20 GiB, and max_storage more than it."
  }

  validation {
    condition     = var.database.backup_days >= 1 && var.database.backup_days <= 35
    error_message = "database.backup_days is 1 to 35: a database without backups is not made."
  }
}

variable "database_generation" {
  description = "The number of the database's password: another one makes a new password."
  type        = number
  default     = 1

  validation {
    condition     = var.database_generation >= 1 && floor(var.database_generation) == var.database_generation
    error_message = "database_generation is a whole number from 1 on."
  }
}

# The runner's own switches.

variable "keep_data" {
  description = "Keeps what holds data and takes everything else away. The runner sets it."
  type        = bool
  default     = false
}

variable "delete_data" {
  description = "Lets what holds data be deleted. The runner sets it."
  type        = bool
  default     = false
}
