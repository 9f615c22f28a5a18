# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:cc9ee5d5864fdc680366a93bbe49eb0746df866d7e2d1fcdeab29733c1535f62

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.foundation.vpc_id
}

output "cidr" {
  description = "Address range of the VPC."
  value       = module.foundation.cidr
}

output "ipv6_cidr" {
  description = "Range of IPv6 of the VPC; null without one, and of a VPC that is adopted."
  value       = module.foundation.ipv6_cidr
}

output "zones" {
  description = "Names of the availability zones, by their index."
  value       = module.foundation.zones
}

output "subnet_ids" {
  description = "Ids of the subnets by tier, each list in the order of the zones."
  value       = module.foundation.subnet_ids
}

output "pod_subnets" {
  description = "Ids of the subnets for pods by color, then by the zone's name; both empty without a range for pods."
  value       = module.foundation.pod_subnets
}

output "peering_ids" {
  description = "Ids of the peering connections, by name: what the other side accepts, and routes to."
  value       = module.foundation.peering_ids
}

output "transit_gateway_attachment_id" {
  description = "Id of the attachment to the transit gateway, which its owner may have to accept; null without one."
  value       = module.foundation.transit_gateway_attachment_id
}

output "egress_addresses" {
  description = "Public addresses that the clusters are seen from, in the order of the zones; empty without NAT."
  value       = module.foundation.egress_addresses
}

output "domain" {
  description = "Domain that the cluster serves."
  value       = module.foundation.domain
}

output "zone_id" {
  description = "Id of the domain's Route 53 zone."
  value       = module.foundation.zone_id
}

output "zone_name_servers" {
  description = "Name servers of the zone: the parent domain has to delegate to them."
  value       = module.foundation.zone_name_servers
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts secrets, logs, images, disks and databases."
  value       = module.foundation.kms_key_arn
}

output "control_plane_log_groups" {
  description = "Names of the log groups of the colors' control planes, by color."
  value       = module.foundation.control_plane_log_groups
}

output "registry_urls" {
  description = "Where to push and pull: URLs by repository, and by upstream registry for the pull-through caches."
  value       = module.foundation.registry_urls
}

output "flow_logs_bucket" {
  description = "Name of the bucket that the network's flow logs go to; null where they go elsewhere, or nowhere."
  value       = module.foundation.flow_logs_bucket
}

output "pull_through_prefixes" {
  description = "Prefixes of the repositories that the pull-through caches make, by upstream registry; the nodes are allowed to fill them."
  value       = module.foundation.pull_through_prefixes
}

output "database_endpoints" {
  description = "host:port of the databases, by name."
  value       = module.foundation.database_endpoints
}

output "identities" {
  description = "IAM role, namespace and service account of each workload identity, by name."
  value       = module.foundation.identities
}

output "vpn_endpoint_id" {
  description = "Id of the client VPN endpoint, from which aws ec2 export-client-vpn-client-configuration makes the clients' configuration; null without a VPN."
  value       = module.foundation.vpn_endpoint_id
}

output "vpn_security_group_id" {
  description = "Id of the security group that VPN clients arrive with, by which what they may reach lets them in; null without a VPN."
  value       = module.foundation.vpn_security_group_id
}

output "runner_name" {
  description = "Name of the CodeBuild project that runs jobs in the network, which runs-on of GitHub Actions or tags of GitLab CI say after codebuild-; null without a runner."
  value       = module.foundation.runner_name
}

output "alerts_topic_arn" {
  description = "ARN of the topic that every alarm goes to; null without alerts."
  value       = module.foundation.alerts_topic_arn
}
