resource "aws_route53_health_check" "this" {
  for_each = var.health_check.enabled ? var.colors : {}

  fqdn              = "${each.key}.${var.domain}"
  type              = var.health_check.type
  port              = var.health_check.port
  resource_path     = var.health_check.type == "TCP" ? null : var.health_check.path
  enable_sni        = var.health_check.type == "HTTPS" ? true : null
  request_interval  = 10
  failure_threshold = 3

  # A disabled check passes. The probes are connections: a color at weight 0 would never be without them.
  disabled = each.value.weight == 0

  tags = merge(var.tags, { Name = "${each.key}.${var.domain}" })
}
