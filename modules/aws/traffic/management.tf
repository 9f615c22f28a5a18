# The names of management interfaces go where the domain goes, by the same weights; but not every
# color has a load balancer for them, and it may have it for another domain than the other color. So
# each management domain has records of those colors alone that serve it:
#
#   both colors serve it        the shares are those of the domain
#   one does, at some weight    it has all of it, however small its share of the domain is
#   one does, at weight 0       there is no record, and the name does not exist
#   none does                   the same
#
# The third is a rotation that brings management and is rolled back, or one that takes it away and is
# through. Route 53 reads zeros everywhere as an equal share for all: a record there would send
# people to a color that nothing is meant to lead to. They find it at <color>.<management domain>.
locals {
  managed = { for color, settings in var.colors : color => settings if settings.management != null }

  # The weights of the colors that serve it, by management domain.
  management_weights = { for settings in values(local.managed) : settings.management.domain => settings.weight... }

  management_records = merge([
    for color, settings in local.managed : {
      "${color}/apex"     = { color = color, name = settings.management.domain }
      "${color}/wildcard" = { color = color, name = "*.${settings.management.domain}" }
    } if sum(local.management_weights[settings.management.domain]) > 0
  ]...)
}

# They hang on the health of their own load balancer and on no check: people need them most while the
# applications are unwell, and Route 53 does not reach what is internal.
resource "aws_route53_record" "management" {
  for_each = local.management_records

  zone_id        = var.zone_id
  name           = each.value.name
  type           = "A"
  set_identifier = each.value.color

  alias {
    name                   = var.colors[each.value.color].management.dns_name
    zone_id                = var.colors[each.value.color].management.zone_id
    evaluate_target_health = true
  }

  weighted_routing_policy {
    weight = var.colors[each.value.color].weight
  }
}
