# A cluster of IPv6: what it asks of EKS, of its nodes and of its load balancers.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "shop"
  color              = "blue"
  kubernetes_version = "1.33"
  ip_family          = "ipv6"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-b0", "subnet-b1", "subnet-b2"]
  public_subnet_ids  = ["subnet-p0", "subnet-p1", "subnet-p2"]
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group          = "/aws/eks/shop-blue/cluster"
  domain             = "shop.example.com"
  zone_id            = "Z1"
  ingress            = { allow = ["0.0.0.0/0", "::/0"] }
  node_pools = {
    general = { machines = ["m7i.large"], min = 3, max = 12 }
  }
}

run "pods_and_services_have_addresses_of_ipv6" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.kubernetes_network_config[0].ip_family == "ipv6"
    error_message = "The cluster must be one of IPv6."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).env == { ENABLE_PREFIX_DELEGATION = "true" }
    error_message = "The network plugin takes addresses of IPv6 by prefixes only."
  }

  assert {
    condition     = keys(aws_iam_role_policy_attachment.addon) == ["aws-ebs-csi-driver"] && aws_iam_role_policy.cni_ipv6[0].name == "ipv6"
    error_message = "The network plugin must have its own policy for IPv6 in place of the one for IPv4."
  }

  assert {
    condition     = data.aws_iam_policy_document.cni_ipv6[0].statement[1].actions == toset(["ec2:AssignIpv6Addresses", "ec2:CreateTags"]) && data.aws_iam_policy_document.cni_ipv6[0].statement[1].resources == toset(["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"])
    error_message = "What changes something must be held to network interfaces of this account and region."
  }
}

run "nodes_can_be_targets_by_ipv6" {
  command = apply

  assert {
    condition     = aws_launch_template.node["general"].network_interfaces[0].primary_ipv6 == "true" && aws_launch_template.node["general"].network_interfaces[0].ipv6_address_count == 1
    error_message = "A target group of IPv6 refuses an instance without a primary address of IPv6."
  }

  assert {
    condition     = aws_launch_template.node["general"].network_interfaces[0].security_groups == toset([aws_eks_cluster.this.vpc_config[0].cluster_security_group_id])
    error_message = "EKS adds no security group to interfaces of a launch template: the cluster's own has to be named."
  }

  assert {
    condition     = aws_lb.this.ip_address_type == "dualstack" && alltrue([for group in values(aws_lb_target_group.this) : group.ip_address_type == "ipv6" && group.target_type == "instance"])
    error_message = "The load balancer must answer by both families, and reach node ports by IPv6, where kube-proxy listens."
  }

  assert {
    condition     = [for record in [aws_route53_record.color, aws_route53_record.color_ipv6[0]] : "${record.type} ${record.name}"] == ["A blue.shop.example.com", "AAAA blue.shop.example.com"] && output.load_balancer.ipv6
    error_message = "The color's own name must be there by both families, and the output must say so."
  }
}

run "each_range_is_let_in_by_its_family" {
  command = plan

  variables {
    ingress = { allow = ["203.0.113.0/24", "2001:db8::/32"] }
  }

  assert {
    condition = { for key, rule in aws_vpc_security_group_ingress_rule.load_balancer : key => "${coalesce(rule.cidr_ipv4, "-")} ${coalesce(rule.cidr_ipv6, "-")}" } == {
      "http/203.0.113.0/24"  = "203.0.113.0/24 -"
      "http/2001:db8::/32"   = "- 2001:db8::/32"
      "https/203.0.113.0/24" = "203.0.113.0/24 -"
      "https/2001:db8::/32"  = "- 2001:db8::/32"
    }
    error_message = "A range must be in the rule of its family."
  }
}

run "nobody_is_led_by_ipv6_to_what_lets_nobody_in_by_it" {
  command = plan

  variables {
    ingress    = { allow = ["203.0.113.0/24"] }
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"] }
  }

  assert {
    condition     = length(aws_route53_record.color_ipv6) == 0 && aws_lb.this.ip_address_type == "dualstack" && aws_lb.management["this"].ip_address_type == "dualstack"
    error_message = "Without a range of IPv6 there must be no name of it; the load balancers need both families for their targets."
  }
}

run "without_ipv6_there_is_nothing_of_it" {
  command = plan

  variables {
    ip_family = "ipv4"
    ingress   = {}
  }

  assert {
    condition     = aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr == "172.20.0.0/16" && length(aws_iam_role_policy.cni_ipv6) + length(aws_route53_record.color_ipv6) + length(aws_launch_template.node["general"].network_interfaces) == 0 && contains(keys(aws_iam_role_policy_attachment.addon), "vpc-cni")
    error_message = "A cluster of IPv4 must stay as it is."
  }
}

run "ranges_of_ipv6_are_refused_without_it" {
  command = plan

  variables {
    ip_family = "ipv4"
  }

  expect_failures = [var.ingress]
}

run "machines_without_nitro_are_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m4.large"], min = 1, max = 2 } }
  }

  expect_failures = [aws_eks_cluster.this]
}

run "subnets_for_pods_are_refused" {
  command = plan

  variables {
    pod_subnets = { eu-west-1a = "subnet-q0", eu-west-1b = "subnet-q1", eu-west-1c = "subnet-q2" }
  }

  expect_failures = [var.pod_subnets]
}
