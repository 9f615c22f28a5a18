# A cluster of IPv6: pods and services have addresses of IPv6 alone, nodes of both families.
# https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html
locals {
  ipv6 = var.ip_family == "ipv6"

  # Whether clients are led to the load balancer by IPv6 too: only if some of them are let in by it. Clients prefer IPv6,
  # and would wait in vain.
  reached_by_ipv6 = local.ipv6 && anytrue([for range in var.ingress.allow : strcontains(range, ":")])

  # The network plugin takes addresses of IPv6 by prefixes only.
  ipv6_network = { for key, value in { env = { ENABLE_PREFIX_DELEGATION = "true" } } : key => value if local.ipv6 }

  # kube-proxy listens on node ports by the family of the service, which here is IPv6, and a load balancer reaches an
  # instance by IPv6 at its primary address only.
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html
  primary_ipv6 = local.ipv6 ? [local.node_security_group_id] : []
}

# AWS has no policy of its own for this, and AmazonEKS_CNI_Policy lacks the right to assign.
# https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
data "aws_iam_policy_document" "cni_ipv6" {
  count = local.ipv6 && contains(keys(var.addons), "vpc-cni") ? 1 : 0

  statement {
    actions   = ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeNetworkInterfaces", "ec2:DescribeTags"]
    resources = ["*"]
  }

  statement {
    actions   = ["ec2:AssignIpv6Addresses", "ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:network-interface/*"]
  }
}

resource "aws_iam_role_policy" "cni_ipv6" {
  count = length(data.aws_iam_policy_document.cni_ipv6)

  name   = "ipv6"
  role   = aws_iam_role.addon["vpc-cni"].id
  policy = data.aws_iam_policy_document.cni_ipv6[0].json
}

# The color's own name by IPv6, beside that by IPv4.
resource "aws_route53_record" "color_ipv6" {
  count = local.reached_by_ipv6 ? 1 : 0

  zone_id = var.zone_id
  name    = "${var.color}.${var.domain}"
  type    = "AAAA"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
