# No node at all answers the ingress, while people use this color. With externalTrafficPolicy: Local only nodes that have a
# pod of the ingress are healthy, so that a share of them says nothing. A color without traffic, as it is while it is built
# or drained, wakes nobody.
resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = var.alerts == null ? {} : { https = local.ingress_listeners.https }

  alarm_name        = "${local.cluster}-${each.key}-unhealthy"
  alarm_description = "No node of ${local.cluster} answers on its ${each.key} port ${each.value.node_port}, and ${var.color} has traffic."

  evaluation_periods  = 3
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "down"
    label       = "1 while there is traffic and no healthy node"
    expression  = "IF(FILL(flows, 0) > 0 AND FILL(healthy, 0) < 1, 1, 0)"
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

  # A network load balancer counts hosts by target group only; the greatest of its zones, as it balances across them.
  metric_query {
    id = "healthy"

    metric {
      namespace   = "AWS/NetworkELB"
      metric_name = "HealthyHostCount"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.this[each.key].arn_suffix }
      stat        = "Maximum"
      period      = 60
    }
  }

  alarm_actions = [var.alerts.topic_arn]
  ok_actions    = [var.alerts.topic_arn]

  tags = var.tags
}
