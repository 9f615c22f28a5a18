# Half of the nodes do not answer on an ingress port, while people use this color. A color without
# traffic, as it is while it is built or drained, wakes nobody.
resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = var.alerts == null ? {} : local.ingress_listeners

  alarm_name        = "${local.cluster}-${each.key}-unhealthy"
  alarm_description = "Half of the nodes of ${local.cluster} or more do not answer on their ${each.key} port ${each.value.node_port}, and ${var.color} has traffic."

  evaluation_periods  = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 50 # percent
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "share"
    label       = "unhealthy nodes under traffic, in percent"
    expression  = "IF(FILL(flows, 0) > 0, 100 * unhealthy / (healthy + unhealthy), 0)"
    return_data = true
  }

  metric_query {
    id = "flows"

    metric {
      namespace   = "AWS/NetworkELB"
      metric_name = "NewFlowCount"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      stat        = "Sum"
      period      = 60
    }
  }

  # A network load balancer counts hosts by target group only.
  dynamic "metric_query" {
    for_each = {
      healthy   = { name = "HealthyHostCount", stat = "Minimum" }
      unhealthy = { name = "UnHealthyHostCount", stat = "Maximum" }
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/NetworkELB"
        metric_name = metric_query.value.name
        dimensions  = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.this[each.key].arn_suffix }
        stat        = metric_query.value.stat
        period      = 60
      }
    }
  }

  alarm_actions = [var.alerts.topic_arn]
  ok_actions    = [var.alerts.topic_arn]

  tags = var.tags
}
