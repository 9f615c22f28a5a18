locals {
  alerts    = var.alerts ? 1 : 0
  topic     = "${var.name}-alerts"
  topic_arn = "arn:${local.partition}:sns:${local.region}:${local.account}:${local.topic}"
}

# Where every alarm of the cluster goes, those of the colors too. Whoever is to be told subscribes to it.
# Addresses that hold a key are not subscribed here: Terraform would keep them in its state, where whoever
# reads the state could post in a team's name. alert_receivers.tf has other ways.
resource "aws_sns_topic" "alerts" {
  count = local.alerts

  name              = local.topic
  kms_master_key_id = aws_kms_key.this.arn

  tags = var.tags
}

data "aws_iam_policy_document" "alerts" {
  count = local.alerts

  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts[0].arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  dynamic "statement" {
    for_each = aws_backup_vault.this

    content {
      sid       = "BackupsOfThisAccount"
      actions   = ["sns:Publish"]
      resources = [aws_sns_topic.alerts[0].arn]

      principals {
        type        = "Service"
        identifiers = ["backup.amazonaws.com"]
      }

      # AWS Backup does not promise to say for whom it speaks; when it does, it has to be this account.
      condition {
        test     = "StringEqualsIfExists"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  count = local.alerts

  arn    = aws_sns_topic.alerts[0].arn
  policy = data.aws_iam_policy_document.alerts[0].json
}

# A gateway has 55,000 ports for each address that it is asked to reach. When they run out, new
# connections fail at random, and nothing inside the cluster says why.
resource "aws_cloudwatch_metric_alarm" "nat_ports" {
  for_each = var.alerts ? local.nat_zones : {}

  alarm_name        = "${var.name}-nat-ports-${each.value}"
  alarm_description = "The NAT gateway of ${var.name} in ${each.value} has no port left for new connections."

  namespace           = "AWS/NATGateway"
  metric_name         = "ErrorPortAllocation"
  dimensions          = { NatGatewayId = aws_nat_gateway.this[each.key].id }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alerts[0].arn]
  ok_actions    = [aws_sns_topic.alerts[0].arn]

  tags = var.tags
}

# It grows by itself, to twice its size, and then no further.
resource "aws_cloudwatch_metric_alarm" "database_storage" {
  for_each = var.alerts ? var.databases : {}

  alarm_name        = "${var.name}-${each.key}-storage"
  alarm_description = "The database ${each.key} of ${var.name} has less than a tenth of its first size left."

  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[each.key].identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = each.value.storage_gib * 1024 * 1024 * 1024 / 10 # bytes

  alarm_actions = [aws_sns_topic.alerts[0].arn]
  ok_actions    = [aws_sns_topic.alerts[0].arn]

  tags = var.tags
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  for_each = var.alerts ? var.databases : {}

  alarm_name        = "${var.name}-${each.key}-cpu"
  alarm_description = "The database ${each.key} of ${var.name} has used more than 90 % of its processors for a quarter of an hour."

  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[each.key].identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90

  alarm_actions = [aws_sns_topic.alerts[0].arn]
  ok_actions    = [aws_sns_topic.alerts[0].arn]

  tags = var.tags
}
