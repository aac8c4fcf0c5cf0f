# A database instance of its own, and the secret by which the cluster knows its password. The password is in neither plan nor
# state: it is drawn, written into the secret, and read from there for the instance. By way of the secret, so that a run that
# was killed in between is followed by one that sets the same password.

locals {
  databases = var.database_mode == "dedicated" ? 1 : 0
}

ephemeral "aws_secretsmanager_random_password" "database" {
  count = local.databases

  password_length     = 40
  exclude_punctuation = true # some of it has a meaning in connection strings
}

resource "aws_secretsmanager_secret" "database" {
  count = local.databases

  name                    = "${var.secrets_prefix}${var.tenant_id}/database"
  description             = "User and password of the database of tenant ${var.tenant}"
  kms_key_id              = var.kms_key
  recovery_window_in_days = var.delete_data ? 0 : 30
  tags                    = local.tags
}

resource "aws_secretsmanager_secret_version" "database" {
  count = local.databases

  secret_id = aws_secretsmanager_secret.database[0].arn
  secret_string_wo = jsonencode({
    username = "tenant"
    password = ephemeral.aws_secretsmanager_random_password.database[0].random_password
  })
  # Written again when this changes, and at no other time, though a password is drawn in every run.
  secret_string_wo_version = var.database_generation
}

ephemeral "aws_secretsmanager_secret_version" "database" {
  count = local.databases

  secret_id  = aws_secretsmanager_secret.database[0].arn
  version_id = aws_secretsmanager_secret_version.database[0].version_id
}

resource "aws_db_instance" "tenant" {
  count = local.databases

  identifier     = "tenant-${var.tenant_id}"
  engine         = var.database.engine
  engine_version = var.database.engine_version
  instance_class = var.database.instance_class

  db_name             = "tenant"
  username            = "tenant"
  password_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.database[0].secret_string)["password"]
  password_wo_version = var.database_generation

  allocated_storage     = var.database.storage
  max_allocated_storage = var.database.max_storage
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key
  multi_az              = var.database.multi_az

  publicly_accessible    = false
  db_subnet_group_name   = var.database.subnet_group
  vpc_security_group_ids = length(var.database.security_groups) > 0 ? var.database.security_groups : null

  backup_retention_period    = var.database.backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true

  # All three count from the state, so the switch is applied before anything is destroyed.
  deletion_protection      = !var.delete_data
  skip_final_snapshot      = var.delete_data
  delete_automated_backups = var.delete_data
  # For the case that somebody takes the protection away by hand.
  final_snapshot_identifier = "tenant-${var.tenant_id}-final"

  tags = local.tags

  lifecycle {
    # Each would be another, empty instance in the old one's place.
    ignore_changes = [db_name, username, engine, kms_key_id, storage_encrypted]
  }
}
