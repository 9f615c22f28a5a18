# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:eeb8accda3a58ab969c8d4f1cdddbc238f5bb2f796c31afed623338caf020ea6

output "weights" {
  description = "Weight of each color."
  value       = module.traffic.weights
}

output "domain" {
  description = "Domain that the records are for."
  value       = module.traffic.domain
}

output "zone_id" {
  description = "Id of the zone that holds the records."
  value       = module.traffic.zone_id
}
