# Clients that have IPv6 prefer it. So the domain has records of IPv6 only while every color with a share of the traffic
# has them: else those that do would get all of these clients, whatever the weights say. They come back with the
# apply after the last color without them has lost its share.
locals {
  ipv6 = alltrue([for color in values(var.colors) : coalesce(color.ipv6, false) || color.weight == 0])

  # In two steps, so that weights which no plan knows leave no doubt where no color has IPv6.
  records_of_ipv6 = { for key, record in local.records : key => record if coalesce(var.colors[record.color].ipv6, false) }
  ipv6_records    = { for key, record in local.records_of_ipv6 : key => record if local.ipv6 }
}

resource "aws_route53_record" "ipv6" {
  for_each = local.ipv6_records

  zone_id        = var.zone_id
  name           = each.value.name
  type           = "AAAA"
  set_identifier = each.value.color

  alias {
    name                   = var.colors[each.value.color].dns_name
    zone_id                = var.colors[each.value.color].zone_id
    evaluate_target_health = true
  }

  weighted_routing_policy {
    weight = var.colors[each.value.color].weight
  }

  # The same check as for IPv4: Route 53 asks a host name by IPv4 alone. What is behind the load balancer is the same.
  # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
  health_check_id = var.health_check.enabled ? aws_route53_health_check.this[each.value.color].id : null

  lifecycle {
    precondition {
      condition     = local.some_traffic
      error_message = "colors: at least one weight must be above 0, or the domain would point at no color that was meant to serve it."
    }
  }
}
