locals {
  backup     = var.backup == null ? 0 : 1
  backup_tag = var.backup == null ? {} : { "drover:backup" = var.name }
}

# RDS keeps its own backups as long as the database is there, and beside it. These outlive it, in a vault that
# nobody empties by mistake, and elsewhere too, if a vault there is named.
resource "aws_backup_vault" "this" {
  count = local.backup

  name        = var.name
  kms_key_arn = aws_kms_key.this.arn
  # What is in it is someone's last hope, so it stops the destroy.
  force_destroy = false

  tags = var.tags
}

# Nobody shortens the life of what is in the vault; the lock itself can be taken off by who may, which a lock for
# compliance cannot, not even when the cluster is destroyed.
resource "aws_backup_vault_lock_configuration" "this" {
  count = local.backup

  backup_vault_name  = aws_backup_vault.this[0].name
  min_retention_days = var.backup.keep_days
}

resource "aws_backup_plan" "this" {
  count = local.backup

  name = var.name

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this[0].name
    schedule          = "cron(${tonumber(split(":", var.backup.time)[1])} ${tonumber(split(":", var.backup.time)[0])} * * ? *)"
    start_window      = 60
    completion_window = 480
    # Of a backup itself, so that it says whose it is when the database is gone.
    recovery_point_tags = merge(var.tags, local.backup_tag)

    lifecycle {
      delete_after = var.backup.keep_days
    }

    dynamic "copy_action" {
      for_each = compact([var.backup.copy_to])

      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = var.backup.keep_days
        }
      }
    }
  }

  tags = var.tags
}

# By tag, so that a database that others add to the cluster is kept too, once it is tagged.
resource "aws_backup_selection" "databases" {
  count = local.backup

  name         = "${var.name}-databases"
  plan_id      = aws_backup_plan.this[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources    = ["arn:${local.partition}:rds:${local.region}:${local.account}:db:*"]

  condition {
    string_equals {
      key   = "aws:ResourceTag/drover:backup"
      value = var.name
    }
  }

  # Without its rights the first backup would fail.
  depends_on = [aws_iam_role_policy_attachment.backup]
}

data "aws_iam_policy_document" "backup_trust" {
  count = local.backup

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }

    # Without this, another account's plans could use the role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "backup" {
  count = local.backup

  name                 = "${local.global_name}-backup"
  description          = "Backs up the databases of ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.backup_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

# AWS's own policy for this service: what a backup of a database takes changes with the service, and a right that
# is missing shows only when the backup does not come.
resource "aws_iam_role_policy_attachment" "backup" {
  count = local.backup

  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}

# A backup that fails is told on the topic, and by it to Slack and the subscribers.
resource "aws_backup_vault_notifications" "this" {
  count = var.alerts ? local.backup : 0

  backup_vault_name   = aws_backup_vault.this[0].name
  sns_topic_arn       = aws_sns_topic.alerts[0].arn
  backup_vault_events = ["BACKUP_JOB_EXPIRED", "BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]

  depends_on = [aws_sns_topic_policy.alerts] # AWS Backup asks whether it may
}
