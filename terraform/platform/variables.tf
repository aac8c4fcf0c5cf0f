# As in the platform file.

variable "account_id" {
  description = "The account: `spec.aws.accountId` of the platform file. With credentials of another one nothing is done."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has twelve digits."
  }
}

variable "partition" {
  description = "AWS's partition: `aws` or `aws-us-gov`. (China's services have other names in tokens and conditions.)"
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-us-gov"], var.partition)
    error_message = "partition is aws or aws-us-gov."
  }
}

variable "region" {
  description = "The region: `spec.cluster.region`."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is like eu-central-1."
  }
}

variable "oidc_provider" {
  description = "The cluster's OIDC provider, without scheme: `spec.aws.oidcProvider`. It has to be registered in IAM already."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9.-]+(/[a-zA-Z0-9._-]+)*$", var.oidc_provider))
    error_message = "oidc_provider is a host and path without scheme: oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE."
  }
}

variable "control_namespace" {
  description = "Where Terraform's Jobs run: `spec.control.namespace`."
  type        = string
  default     = "tenantry-system"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.control_namespace))
    error_message = "control_namespace is a DNS label. Above all it has no wildcard, since it goes into the roles' trust."
  }
}

variable "role_prefix" {
  description = "How tenants' roles begin: `spec.aws.role.prefix`. No other role of the account may begin so: Terraform's Jobs may change all that do."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_.-]{1,22}[_.-]$", var.role_prefix))
    error_message = "role_prefix has 3 to 24 characters, begins with a letter and ends in - . or _, so that it is nobody's whole name."
  }

  validation {
    # Else Terraform's Jobs could give themselves whatever they like. IAM tells names apart without regard to case.
    condition = !anytrue([
      for name in [var.provider_role, var.state_role] : startswith(lower(name), lower(var.role_prefix))
    ])
    error_message = "Terraform's own roles must not begin with role_prefix: its Jobs could change them."
  }
}

# Names of what is made here.

variable "tenant_boundary" {
  description = "Name of the policy that no tenant's role gets past: `spec.aws.role.boundary` is its ARN."
  type        = string
  default     = "tenant-boundary"

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,128}$", var.tenant_boundary))
    error_message = "tenant_boundary is the name of a policy."
  }
}

variable "provider_role" {
  description = "Name of the role that makes what tenants have: `spec.terraform.roles.provider` is its ARN. Its boundary has the same name and `-boundary`."
  type        = string
  default     = "tenantry-terraform"

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.provider_role))
    error_message = "provider_role is the name of a role."
  }
}

variable "state_role" {
  description = "Name of the role that reads and writes states: `spec.terraform.roles.state` is its ARN."
  type        = string
  default     = "tenantry-state"

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.state_role)) && var.state_role != var.provider_role
    error_message = "state_role is the name of a role, and not the provider's: who makes things must not read every tenant's state."
  }
}

variable "state_bucket" {
  description = "The bucket of the states: `spec.terraform.backend.s3.bucket`."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket has 3 to 63 lower case letters, digits and hyphens."
  }
}

variable "state_prefix" {
  description = "What states' keys begin with: `spec.terraform.backend.s3.prefix`."
  type        = string
  default     = "tenants/"

  validation {
    condition     = can(regex("^([\\w.-]+/)+$", var.state_prefix))
    error_message = "state_prefix ends in a slash, and has no wildcard."
  }
}

variable "state_kms_key" {
  description = "ARN of the key that encrypts states. Without one S3's own does."
  type        = string
  default     = null

  validation {
    condition     = var.state_kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.state_kms_key))
    error_message = "state_kms_key is the ARN of a key."
  }
}

variable "state_days" {
  description = "How long older versions of states are kept."
  type        = number
  default     = 365

  validation {
    condition     = var.state_days >= 30
    error_message = "state_days is at least 30."
  }
}

# What tenants may have. As the mapping of the module `tenant` has it, under the same names.

variable "cluster" {
  description = "The EKS cluster's name, where Terraform makes Pod Identity associations. Without one it may not."
  type        = string
  default     = null

  validation {
    condition     = var.cluster == null ? true : can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster))
    error_message = "cluster is the name of an EKS cluster."
  }
}

variable "associated_roles" {
  description = "ARNs of roles that exist already and that Terraform may name in Pod Identity associations, beside tenants' own."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.associated_roles : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", arn))])
    error_message = "associated_roles are ARNs of roles, without wildcards: who may pass a role may become it."
  }

  validation {
    condition     = !anytrue([for arn in var.associated_roles : contains([lower(var.provider_role), lower(var.state_role)], lower(basename(arn)))])
    error_message = "associated_roles has one of Terraform's own: a tenant's pods would become it."
  }
}

variable "extra_policies" {
  description = "ARNs, or patterns of them, of policies that Terraform may attach to tenants' roles."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.extra_policies : can(regex("^arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/[\\w+=,.@/*-]+$", arn))])
    error_message = "extra_policies are ARNs of policies; * stands for a part of the name."
  }
}

variable "boundary_statements" {
  description = "More that tenants' roles may do, where a policy of theirs says so: statements of a policy, each as JSON. They count for all tenants, so they name resources exactly, or with `$${aws:PrincipalTag/tenant}`."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for text in var.boundary_statements :
      try(jsondecode(text).Effect, "") == "Allow" && can(jsondecode(text).Action) && can(jsondecode(text).Resource)
    ])
    error_message = "boundary_statements are statements in JSON with Effect Allow, Action and Resource: NotAction and NotResource would allow what nobody thought of."
  }

  validation {
    # By iam, sts and organizations a role would get out of its boundary; for secrets it has the tenant's tag.
    condition = alltrue(flatten([
      for text in var.boundary_statements : [
        for action in flatten([try(jsondecode(text).Action, [])]) :
        can(regex("^[a-z0-9-]+:", action)) && !contains(["iam", "organizations", "secretsmanager", "sts"], split(":", action)[0])
      ]
    ]))
    error_message = "boundary_statements name actions of one service each, in lower case, and none of iam, organizations, secretsmanager or sts."
  }

  validation {
    condition = !anytrue(flatten([
      for text in var.boundary_statements : [
        for resource in flatten([try(jsondecode(text).Resource, [])]) : can(regex("^(\\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\\*.*)$", resource))
      ]
    ]))
    error_message = "boundary_statements name resources, and begin none with *: what one tenant may reach by them, all may."
  }
}

variable "secrets_tag" {
  description = "The tag whose value says whose a secret is."
  type        = string
  default     = "tenant"

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_.-]{0,127}$", var.secrets_tag))
    error_message = "secrets_tag is a tag's key of letters, digits and _ . -."
  }
}

variable "secrets_prefix" {
  description = "How the names of secrets begin that Terraform makes, before the tenant's id."
  type        = string
  default     = "tenants/"

  validation {
    condition     = can(regex("^[\\w+=.@-][\\w/+=.@-]*/$", var.secrets_prefix))
    error_message = "secrets_prefix ends in a slash, and is not empty: Terraform's Jobs may change every secret that begins so."
  }
}

variable "secrets_write_prefix" {
  description = "How the names of secrets begin that tenants' roles may make, where any may."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_write_prefix == null ? true : can(regex("^[\\w/+=.@-]{2,}$", var.secrets_write_prefix))
    error_message = "secrets_write_prefix is the beginning of a secret's name, at least two characters."
  }

  validation {
    condition = var.secrets_write_prefix == null ? true : !(
      startswith(var.secrets_write_prefix, var.secrets_prefix) || startswith(var.secrets_prefix, var.secrets_write_prefix)
    )
    error_message = "secrets_write_prefix reaches below secrets_prefix: a tenant could make a secret that is another's by its name."
  }
}

variable "bucket_prefix" {
  description = "How the names of tenants' own buckets begin, before the id, where there are any. No other bucket of the account may begin so."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_prefix == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,22}$", var.bucket_prefix))
    error_message = "bucket_prefix has 2 to 23 lower case letters, digits and hyphens."
  }

  validation {
    condition     = var.bucket_prefix == null ? true : !startswith(var.state_bucket, var.bucket_prefix)
    error_message = "state_bucket begins with bucket_prefix: tenants' roles and Terraform's Jobs could reach every state."
  }
}

variable "shared_bucket" {
  description = "The bucket of which tenants have a part each, where there is one. It is made elsewhere."
  type        = string
  default     = null

  validation {
    condition     = var.shared_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.shared_bucket)) && var.shared_bucket != var.state_bucket
    error_message = "shared_bucket is the name of a bucket, and not the states'."
  }

  validation {
    condition     = var.shared_bucket == null || var.bucket_prefix == null ? true : !startswith(var.shared_bucket, var.bucket_prefix)
    error_message = "shared_bucket begins with bucket_prefix: Terraform's Jobs could empty it, and a tenant whose id is the rest would have all of it."
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

variable "databases" {
  description = "Whether Terraform may make tenants databases of their own."
  type        = bool
  default     = false
}

variable "kms_key" {
  description = "ARN of the key that encrypts tenants' secrets, buckets and databases, where it is not AWS's own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key))
    error_message = "kms_key is the ARN of a key."
  }

  validation {
    condition     = var.kms_key == null || var.kms_key != var.state_kms_key
    error_message = "kms_key is the states' as well: what opens tenants' data must not open states."
  }
}

variable "tags" {
  description = "On all that is made here."
  type        = map(string)
  default     = {}
}
