# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:ee80ec3a0cbab7ecc90655dbeee621c6ced9d8cda312be50b50247bfa9ee6683

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = module.cluster.cluster_name
}

output "cluster_version" {
  description = "Kubernetes version of the control plane."
  value       = module.cluster.cluster_version
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = module.cluster.cluster_endpoint
}

output "cluster_ca_certificate" {
  description = "Certificate authority of the Kubernetes API, PEM in base64."
  value       = module.cluster.cluster_ca_certificate
}

output "node_groups" {
  description = "Names of the managed node groups, in the order of their pools' names."
  value       = module.cluster.node_groups
}

output "host" {
  description = "This color's own host name, for tests before it takes traffic."
  value       = module.cluster.host
}

output "load_balancer" {
  description = "The color's network load balancer: its ARN, the name and zone for alias records, and whether clients may be led to it by IPv6 too."
  value       = module.cluster.load_balancer
}

output "management" {
  description = "The color's load balancer for management interfaces: their domain, this color's own host name below it, the ARN, the name and zone for alias records, and the node ports behind it. Null without one."
  value       = module.cluster.management
}

output "karpenter" {
  description = "What Karpenter's settings and its EC2NodeClass need: its queue, and the instance profile, subnets and security group of its nodes. Null without it."
  value       = module.cluster.karpenter
}
