resource "aws_route53_health_check" "this" {
  for_each = var.health_check.enabled ? var.colors : {}

  fqdn              = "${each.key}.${var.domain}"
  type              = var.health_check.type
  port              = var.health_check.port
  resource_path     = var.health_check.type == "TCP" ? null : var.health_check.path
  enable_sni        = var.health_check.type == "HTTPS" ? true : null
  request_interval  = 10
  failure_threshold = 3

  # A disabled check passes. The probes are connections: a color that is to be seen without any must not be probed.
  # Where `probe` is given, a change of the weights alone changes no check, and a plan after it is empty.
  disabled = !coalesce(each.value.probe, each.value.weight > 0)

  tags = merge(var.tags, { Name = "${each.key}.${var.domain}" })
}
