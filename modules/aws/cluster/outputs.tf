output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = aws_eks_cluster.this.name
}

output "cluster_version" {
  description = "Kubernetes version of the control plane."
  value       = aws_eks_cluster.this.version
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "cluster_ca_certificate" {
  description = "Certificate authority of the Kubernetes API, PEM in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "node_groups" {
  description = "Names of the managed node groups, in the order of their pools' names."
  value       = [for group in values(aws_eks_node_group.this) : group.node_group_name]
}

output "host" {
  description = "This color's own host name, for tests before it takes traffic."
  value       = aws_route53_record.color.name
}

output "load_balancer" {
  description = "The color's network load balancer: its ARN, the name and zone for alias records, and whether clients may be led to it by IPv6 too."
  value = {
    arn      = aws_lb.this.arn
    dns_name = aws_lb.this.dns_name
    zone_id  = aws_lb.this.zone_id
    ipv6     = local.reached_by_ipv6
  }
}

output "management" {
  description = "The color's load balancer for management interfaces: their domain, this color's own host name below it, the ARN, the name and zone for alias records, and the node ports behind it. Null without one."
  value = var.management == null ? null : {
    domain     = var.management.domain
    host       = aws_route53_record.management["apex"].name
    arn        = aws_lb.management["this"].arn
    dns_name   = aws_lb.management["this"].dns_name
    zone_id    = aws_lb.management["this"].zone_id
    node_ports = var.management.node_ports
  }
}

output "karpenter" {
  description = "What Karpenter's settings and its EC2NodeClass need: its queue, and the instance profile, subnets and security group of its nodes. Null without it."
  value = var.karpenter == null ? null : {
    queue             = aws_sqs_queue.karpenter["this"].name
    instance_profile  = aws_iam_instance_profile.karpenter["this"].name
    subnet_ids        = local.subnet_ids
    security_group_id = local.node_security_group_id
  }
}
