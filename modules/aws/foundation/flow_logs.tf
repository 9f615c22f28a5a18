locals {
  flow_logs = local.own_vpc && var.flow_logs_retention_days > 0 ? 1 : 0
  # A bucket costs a tenth of what CloudWatch takes for each gigabyte; CloudWatch can be asked without Athena.
  flow_logs_in_bucket = var.flow_logs_to == "s3" ? local.flow_logs : 0
  flow_logs_in_group  = var.flow_logs_to == "cloudwatch" ? local.flow_logs : 0
}

resource "aws_flow_log" "this" {
  count = local.flow_logs

  vpc_id                   = local.vpc_id
  traffic_type             = "ALL"
  log_destination_type     = local.flow_logs_in_bucket == 1 ? "s3" : "cloud-watch-logs"
  log_destination          = one(concat(aws_s3_bucket.flow_logs[*].arn, aws_cloudwatch_log_group.flow_logs[*].arn))
  iam_role_arn             = one(aws_iam_role.flow_logs[*].arn)
  max_aggregation_interval = 60

  tags = merge(var.tags, { Name = var.name })

  # Who writes to the bucket has to be let in first: AWS would else write a policy of its own.
  depends_on = [aws_s3_bucket_policy.flow_logs]
}
