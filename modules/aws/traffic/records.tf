locals {
  # "blue/apex" and "blue/wildcard": a domain and its wildcard always go the same way. A color that is not in
  # var.colors has none.
  records = merge([
    for color in keys(var.colors) : {
      "${color}/apex"     = { color = color, name = var.domain }
      "${color}/wildcard" = { color = color, name = "*.${var.domain}" }
    }
  ]...)

  # Route 53 reads zeros everywhere as an equal share for all, dead colors included.
  some_traffic = anytrue([for color in values(var.colors) : color.weight > 0])
}

resource "aws_route53_record" "this" {
  for_each = local.records

  zone_id        = var.zone_id
  name           = each.value.name
  type           = "A"
  set_identifier = each.value.color

  # Alias records live for 60 seconds in resolvers, which Route 53 decides.
  alias {
    name                   = var.colors[each.value.color].dns_name
    zone_id                = var.colors[each.value.color].zone_id
    evaluate_target_health = true
  }

  weighted_routing_policy {
    weight = var.colors[each.value.color].weight
  }

  # Takes a color out that is unhealthy, also while drover is not running. When every color with a
  # weight is out, Route 53 goes on to those at weight 0: the standby is the last resort.
  health_check_id = var.health_check.enabled ? aws_route53_health_check.this[each.value.color].id : null

  # With each record, right before it is written: also one that -target picks, and one whose weights were not known yet
  # when it was planned.
  lifecycle {
    precondition {
      condition     = local.some_traffic
      error_message = "colors: at least one weight must be above 0, or the domain would point at no color that was meant to serve it."
    }
  }
}
