output "weights" {
  description = "Weight of each color."
  value       = { for color, settings in var.colors : color => settings.weight }

  # Known once the records say so, not before.
  depends_on = [aws_route53_record.this, aws_route53_record.ipv6, aws_route53_record.management]

  # Without any color there is no record to refuse it.
  precondition {
    condition     = local.some_traffic
    error_message = "colors: at least one color must be there, with a weight above 0: without any, the domain would point at nothing."
  }
}

output "domain" {
  description = "Domain that the records are for."
  value       = var.domain
}

output "zone_id" {
  description = "Id of the zone that holds the records."
  value       = var.zone_id
}
