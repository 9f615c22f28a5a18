resource "aws_cloudwatch_log_group" "firewall" {
  count = local.restricted ? 1 : 0

  name              = "${local.log_prefix}/firewall"
  retention_in_days = var.egress.log_retention_days
  kms_key_id        = aws_kms_key.this.arn

  tags = var.tags
}

# What was dropped, with the name that was asked for. What passed is in the flow logs of the network.
resource "aws_networkfirewall_logging_configuration" "this" {
  count = local.restricted ? 1 : 0

  firewall_arn = aws_networkfirewall_firewall.this[0].arn

  logging_configuration {
    log_destination_config {
      log_type             = "ALERT"
      log_destination_type = "CloudWatchLogs"
      log_destination      = { logGroup = aws_cloudwatch_log_group.firewall[0].name }
    }
  }
}
