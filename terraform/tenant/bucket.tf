# A bucket of its own. What is about it is kept with it.

resource "aws_s3_bucket" "tenant" {
  count = local.buckets

  bucket = "${var.bucket_prefix}${var.tenant_id}"
  # Without it AWS deletes no bucket that has objects.
  force_destroy = var.delete_data
  tags          = local.tags
}

locals {
  buckets = var.bucket_mode == "dedicated" ? 1 : 0
}

resource "aws_s3_bucket_public_access_block" "tenant" {
  count = local.buckets

  bucket                  = aws_s3_bucket.tenant[0].bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "tenant" {
  count = local.buckets

  bucket = aws_s3_bucket.tenant[0].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "tenant" {
  count = local.buckets

  bucket = aws_s3_bucket.tenant[0].bucket

  rule {
    bucket_key_enabled = var.kms_key != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key
    }
  }
}

resource "aws_s3_bucket_policy" "tenant" {
  count = local.buckets

  bucket = aws_s3_bucket.tenant[0].bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncrypted"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # Both change the bucket's access, and AWS refuses one while it works on the other.
  depends_on = [aws_s3_bucket_public_access_block.tenant]
}
