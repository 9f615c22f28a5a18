output "vpc_id" {
  description = "Id of the VPC."
  value       = local.vpc_id
}

output "cidr" {
  description = "Address range of the VPC."
  value       = var.cidr
}

output "ipv6_cidr" {
  description = "Range of IPv6 of the VPC; null without one, and of a VPC that is adopted."
  value       = local.own_ipv6 ? aws_vpc.this[0].ipv6_cidr_block : null
}

output "zones" {
  description = "Names of the availability zones, by their index."
  value       = values(local.zones)

  precondition {
    condition     = length(distinct(values(local.zones))) == local.zone_count
    error_message = "The adopted public subnets are in the zones ${join(", ", values(local.zones))}: each has to be in a zone of its own."
  }

  precondition {
    condition = local.own_subnets || alltrue([
      for key, subnet in data.aws_subnet.adopted : subnet.availability_zone == local.zones[split("/", key)[1]]
    ])
    error_message = "The adopted subnets are not in the same zones, in the same order, in each tier: ${join(", ", [for key, subnet in data.aws_subnet.adopted : "${key} in ${subnet.availability_zone}"])}."
  }
}

output "subnet_ids" {
  description = "Ids of the subnets by tier, each list in the order of the zones."
  value       = local.subnet_ids

  # Whoever reads the subnets may start nodes in them, which need their way out.
  depends_on = [
    aws_route.firewall_nat,
    aws_route.nat_internet,
    aws_route.nat_private,
    aws_route.peering,
    aws_route.private_ipv6,
    aws_route.private_nat,
    aws_route.private_nat64,
    aws_route.public_internet,
    aws_route.public_ipv6,
    aws_route.transit,
    aws_route_table_association.blue,
    aws_route_table_association.firewall,
    aws_route_table_association.green,
    aws_route_table_association.nat,
    aws_route_table_association.public,
  ]
}

output "pod_subnets" {
  description = "Ids of the subnets for pods by color, then by the zone's name; both empty without a range for pods."
  value = {
    for color in ["blue", "green"] : color => {
      for key, subnet in local.pod_subnets : local.zones[subnet.zone] => aws_subnet.pods[key].id if subnet.color == color
    }
  }

  depends_on = [aws_route_table_association.pods]
}

output "peering_ids" {
  description = "Ids of the peering connections, by name: what the other side accepts, and routes to."
  value       = { for name, peering in aws_vpc_peering_connection.this : name => peering.id }
}

output "transit_gateway_attachment_id" {
  description = "Id of the attachment to the transit gateway, which its owner may have to accept; null without one."
  value       = one(aws_ec2_transit_gateway_vpc_attachment.this[*].id)
}

output "egress_addresses" {
  description = "Public addresses that the clusters are seen from, in the order of the zones; empty without NAT."
  value       = [for eip in values(aws_eip.nat) : eip.public_ip]
}

output "domain" {
  description = "Domain that the cluster serves."
  value       = var.domain
}

output "zone_id" {
  description = "Id of the domain's Route 53 zone."
  value       = local.zone.zone_id
}

output "zone_name_servers" {
  description = "Name servers of the zone: the parent domain has to delegate to them."
  value       = local.zone.name_servers
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts secrets, logs, images, disks and databases."
  value       = aws_kms_key.this.arn
}

output "control_plane_log_groups" {
  description = "Names of the log groups of the colors' control planes, by color."
  value       = { for color, group in aws_cloudwatch_log_group.control_plane : color => group.name }
}

output "registry_urls" {
  description = "Where to push and pull: URLs by repository, and by upstream registry for the pull-through caches."
  value = merge(
    { for name, repository in aws_ecr_repository.this : name => repository.repository_url },
    { for name, rule in aws_ecr_pull_through_cache_rule.this : name => "${rule.registry_id}.dkr.ecr.${local.region}.${data.aws_partition.current.dns_suffix}/${rule.ecr_repository_prefix}" },
  )
}

output "flow_logs_bucket" {
  description = "Name of the bucket that the network's flow logs go to; null where they go elsewhere, or nowhere."
  value       = one(aws_s3_bucket.flow_logs[*].bucket)
}

output "pull_through_prefixes" {
  description = "Prefixes of the repositories that the pull-through caches make, by upstream registry; the nodes are allowed to fill them."
  value       = local.caches
}

output "database_endpoints" {
  description = "host:port of the databases, by name."
  value       = { for name, database in aws_db_instance.this : name => database.endpoint }
}

output "identities" {
  description = "IAM role, namespace and service account of each workload identity, by name."
  value = {
    for name, identity in var.identities : name => {
      role_arn        = aws_iam_role.identity[name].arn
      namespace       = identity.namespace
      service_account = identity.service_account
    }
  }
}

output "vpn_endpoint_id" {
  description = "Id of the client VPN endpoint, from which aws ec2 export-client-vpn-client-configuration makes the clients' configuration; null without a VPN."
  value       = one(aws_ec2_client_vpn_endpoint.this[*].id)
}

output "vpn_security_group_id" {
  description = "Id of the security group that VPN clients arrive with, by which what they may reach lets them in; null without a VPN."
  value       = one(aws_security_group.vpn[*].id)
}

output "runner_name" {
  description = "Name of the CodeBuild project that runs jobs in the network, which runs-on of GitHub Actions or tags of GitLab CI say after codebuild-; null without a runner."
  value       = one(aws_codebuild_project.runner[*].name)
}

output "alerts_topic_arn" {
  description = "ARN of the topic that every alarm goes to; null without alerts."
  value       = one(aws_sns_topic.alerts[*].arn)
}
