# The states of all tenants: what they have, and secret values of modules that keep any in it.

resource "aws_s3_bucket" "state" {
  bucket = var.state_bucket

  lifecycle {
    # What Terraform knows of every tenant is in it.
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.bucket

  rule {
    bucket_key_enabled = var.state_kms_key != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.state_kms_key == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.state_kms_key
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: policies alone say who may read.
resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.bucket

  rule {
    id     = "older-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.state_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Of an unversioned bucket it would say something else.
  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.state_bucket, "${local.state_bucket}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # A second fence beside the roles' own: it holds where somebody gives them a wide policy. By name, for the name of a
        # principal turns into an id, and would miss a role that was made anew.
        Sid       = "NeitherTenantsNorTheProvider"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.state_bucket, "${local.state_bucket}/*"]
        Condition = { ArnLike = { "aws:PrincipalArn" = ["${local.iam}:role/${var.provider_role}", local.tenant_roles] } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.state]
}
