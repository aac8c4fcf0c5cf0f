# Secrets of Secrets Manager, empty: who has a value puts it there, and the cluster reads it by reference (`external`). They are
# kept with the data, since nobody else may have the value.

resource "aws_secretsmanager_secret" "tenant" {
  for_each = var.secrets

  name        = "${var.secrets_prefix}${var.tenant_id}/${each.key}"
  description = each.value
  kms_key_id  = var.kms_key
  # Counts from the state, so the switch is applied before anything is destroyed. Without it a deleted secret can be had back
  # for a month, and its name is taken for as long.
  recovery_window_in_days = var.delete_data ? 0 : 30
  tags                    = local.tags
}
