# Backups of databases that outlive them.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
  }
}

run "rds_keeps_its_own_backups_and_there_is_no_vault" {
  command = plan

  variables {
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
  }

  assert {
    condition     = length(aws_backup_vault.this) + length(aws_backup_plan.this) + length(aws_backup_selection.databases) + length(aws_iam_role.backup) == 0 && !contains(keys(aws_db_instance.this["orders"].tags), "drover:backup")
    error_message = "Without backup there must be no vault, and no tag for one."
  }
}

run "databases_are_kept_in_a_locked_vault_too" {
  command = apply

  variables {
    alerts               = true
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    databases = {
      orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 }
      stock  = { engine = "mysql", version = "8.4", class = "db.r7g.large", storage_gib = 100 }
    }
    backup = { time = "22:05", keep_days = 60, copy_to = "arn:aws:backup:eu-central-1:210987654321:backup-vault:copies" }
  }

  assert {
    condition     = aws_backup_vault.this[0].kms_key_arn == aws_kms_key.this.arn && aws_backup_vault.this[0].force_destroy == false && aws_backup_vault_lock_configuration.this[0].min_retention_days == 60
    error_message = "The vault must be encrypted with the cluster's key, and nobody may empty it early."
  }

  assert {
    condition = one(aws_backup_plan.this[0].rule).schedule == "cron(5 22 * * ? *)" && one(one(aws_backup_plan.this[0].rule).lifecycle).delete_after == 60 && (
      one(one(aws_backup_plan.this[0].rule).copy_action).destination_vault_arn == "arn:aws:backup:eu-central-1:210987654321:backup-vault:copies"
    )
    error_message = "The plan must run at the time that was asked for, keep for as long, and copy elsewhere."
  }

  assert {
    condition = alltrue([for database in values(aws_db_instance.this) : database.tags["drover:backup"] == "shop"]) && (
      one(one(aws_backup_selection.databases[0].condition).string_equals).key == "aws:ResourceTag/drover:backup" && one(one(aws_backup_selection.databases[0].condition).string_equals).value == "shop"
    )
    error_message = "Every database must carry the tag that the plan looks for."
  }

  assert {
    condition     = aws_backup_selection.databases[0].resources == toset(["arn:aws:rds:eu-west-1:123456789012:db:*"]) && aws_iam_role.backup[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The plan is for databases of this account and region, by a bounded role."
  }

  assert {
    condition     = contains(aws_backup_vault_notifications.this[0].backup_vault_events, "BACKUP_JOB_FAILED") && length([for statement in data.aws_iam_policy_document.alerts[0].statement : statement if statement.sid == "BackupsOfThisAccount"]) == 1
    error_message = "The topic must be told of backups that fail, and let AWS Backup tell it."
  }
}

run "without_alerts_nobody_is_told_of_backups" {
  command = plan

  variables {
    backup = {}
  }

  assert {
    condition     = length(aws_backup_vault_notifications.this) == 0 && one(aws_backup_plan.this[0].rule).schedule == "cron(0 3 * * ? *)" && length(one(aws_backup_plan.this[0].rule).copy_action) == 0
    error_message = "The defaults are three o'clock, no copy, and no topic that is not there."
  }
}

run "a_time_that_is_none" {
  command = plan

  variables {
    backup = { time = "3am" }
  }

  expect_failures = [var.backup]
}

run "kept_for_no_day" {
  command = plan

  variables {
    backup = { keep_days = 0 }
  }

  expect_failures = [var.backup]
}

run "copied_to_no_vault" {
  command = plan

  variables {
    backup = { copy_to = "copies" }
  }

  expect_failures = [var.backup]
}
