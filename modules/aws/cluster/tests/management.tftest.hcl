# The load balancer for management interfaces, beside the one for applications.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Another ARN than that of the load balancer for applications.
override_resource {
  target = aws_lb.management
  values = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/shop-blue-mgmt/2222222222222222", dns_name = "shop-blue-mgmt-2.elb.eu-west-1.amazonaws.com", zone_id = "Z2IFOLAFXWLO4F" }
}

variables {
  name               = "shop"
  color              = "blue"
  kubernetes_version = "1.33"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-b0", "subnet-b1", "subnet-b2"]
  public_subnet_ids  = ["subnet-p0", "subnet-p1", "subnet-p2"]
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group          = "/aws/eks/shop-blue/cluster"
  domain             = "shop.example.com"
  zone_id            = "Z1"
  node_pools = {
    general = { machines = ["m7i.large", "m6i.large"], min = 3, max = 12 }
  }
}

run "nobody_gets_one_who_did_not_ask" {
  command = plan

  assert {
    condition     = length(aws_lb.management) + length(aws_security_group.management) + length(aws_route53_record.management) == 0 && output.management == null
    error_message = "Without management there must be no second load balancer."
  }

  assert {
    condition     = join(" ", keys(aws_lb_listener.this)) == "http https" && join(" ", keys(aws_autoscaling_attachment.this)) == "general/http general/https"
    error_message = "Without management there must be no listener for it."
  }
}

run "internal_unless_it_is_asked_to_be_public" {
  command = plan

  variables {
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"] }
  }

  assert {
    condition     = aws_lb.management["this"].internal && aws_lb.management["this"].subnets == toset(var.subnet_ids) && !aws_lb.this.internal
    error_message = "Management interfaces must be internal, whatever the applications are."
  }

  assert {
    condition     = aws_lb.management["this"].name == "shop-blue-mgmt" && aws_lb.management["this"].load_balancer_type == "network" && aws_lb.management["this"].enable_cross_zone_load_balancing && aws_lb.management["this"].enable_deletion_protection
    error_message = "It must be a network load balancer over all zones that refuses to be deleted until its end has come."
  }

  assert {
    condition     = { for key, record in aws_route53_record.management : key => record.name } == { apex = "blue.ops.shop.example.com", wildcard = "*.blue.ops.shop.example.com" } && output.management.host == "blue.ops.shop.example.com"
    error_message = "The color's interfaces must have names of their own."
  }

  assert {
    condition     = alltrue([for record in values(aws_route53_record.management) : record.zone_id == var.zone_id && !record.alias[0].evaluate_target_health])
    error_message = "The color's own management names must answer also when nothing listens."
  }
}

run "public_where_the_applications_are_internal" {
  command = plan

  variables {
    ingress             = { visibility = "internal", allow = ["10.0.0.0/8"] }
    management          = { domain = "ops.shop.example.com", visibility = "public", allow = ["203.0.113.0/24"] }
    deletion_protection = false
  }

  assert {
    condition     = !aws_lb.management["this"].internal && aws_lb.management["this"].subnets == toset(var.public_subnet_ids) && aws_lb.this.internal
    error_message = "Each load balancer must have a visibility of its own."
  }

  assert {
    condition     = !aws_lb.management["this"].enable_deletion_protection
    error_message = "deletion_protection must reach this load balancer too."
  }
}

run "each_load_balancer_lets_in_its_own_ranges" {
  command = apply

  variables {
    ingress    = { allow = ["198.51.100.0/24"] }
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16", "10.90.0.0/22"], allow_groups = { vpn = "sg-0a1b2c3d4e5f60718" } }
  }

  assert {
    condition = { for rule in values(aws_vpc_security_group_ingress_rule.load_balancer) : "${rule.cidr_ipv4} ${rule.from_port}-${rule.to_port} ${rule.ip_protocol}" => rule.security_group_id } == {
      "198.51.100.0/24 80-80 tcp"   = aws_security_group.load_balancer.id
      "198.51.100.0/24 443-443 tcp" = aws_security_group.load_balancer.id
      "10.0.0.0/16 80-80 tcp"       = aws_security_group.management["this"].id
      "10.0.0.0/16 443-443 tcp"     = aws_security_group.management["this"].id
      "10.90.0.0/22 80-80 tcp"      = aws_security_group.management["this"].id
      "10.90.0.0/22 443-443 tcp"    = aws_security_group.management["this"].id
    }
    error_message = "Who reaches the applications must not reach management, nor the other way round."
  }

  assert {
    condition = { for rule in values(aws_vpc_security_group_ingress_rule.management) : "${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port} ${rule.ip_protocol}" => rule.security_group_id } == {
      "sg-0a1b2c3d4e5f60718 80-80 tcp"   = aws_security_group.management["this"].id
      "sg-0a1b2c3d4e5f60718 443-443 tcp" = aws_security_group.management["this"].id
    }
    error_message = "A security group must be let in on the two ports."
  }

  assert {
    condition     = aws_lb.management["this"].security_groups == toset([aws_security_group.management["this"].id]) && aws_lb.this.security_groups == toset([aws_security_group.load_balancer.id])
    error_message = "Each load balancer must be behind its own group."
  }

  assert {
    condition     = aws_security_group.management["this"].id != aws_security_group.load_balancer.id
    error_message = "The groups must be two, or the comparisons above show nothing."
  }
}

run "its_node_ports_are_its_own" {
  command = apply

  variables {
    ingress    = { certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111" }
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"], node_ports = { http = 32080, https = 32443 } }
    node_pools = {
      batch   = { machines = ["m7i.large"], min = 0, max = 5 }
      general = { machines = ["m7i.large"], min = 3, max = 12 }
    }
    alerts = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:shop-alerts" }
  }

  assert {
    condition = { for name, listener in aws_lb_listener.this : name => "${listener.protocol} ${listener.port} ${reverse(split("/", listener.load_balancer_arn))[1]}" } == {
      http             = "TCP 80 shop-blue"
      https            = "TLS 443 shop-blue"
      management-http  = "TCP 80 shop-blue-mgmt"
      management-https = "TCP 443 shop-blue-mgmt"
    }
    error_message = "Each load balancer must listen on 80 and 443, and pass TLS of management on as it is."
  }

  assert {
    condition = { for name, group in aws_lb_target_group.this : name => "${group.protocol} ${group.port} ${group.target_type} ${group.name}" } == {
      http             = "TCP 30080 instance shop-blue-30080"
      https            = "TLS 30443 instance shop-blue-t0443"
      management-http  = "TCP 32080 instance shop-blue-32080"
      management-https = "TCP 32443 instance shop-blue-32443"
    }
    error_message = "The target groups must lead to the node ports."
  }

  assert {
    condition     = join(" ", [for key in keys(aws_autoscaling_attachment.this) : key if strcontains(key, "management")]) == "batch/management-http batch/management-https general/management-http general/management-https"
    error_message = "Each pool must be attached to each target group."
  }

  assert {
    condition = alltrue([
      for name, port in { management-http = 32080, management-https = 32443 } :
      aws_vpc_security_group_ingress_rule.node[name].from_port == port && aws_vpc_security_group_ingress_rule.node[name].to_port == port &&
      aws_vpc_security_group_ingress_rule.node[name].referenced_security_group_id == aws_security_group.management["this"].id &&
      aws_vpc_security_group_ingress_rule.node[name].security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id &&
      aws_vpc_security_group_egress_rule.load_balancer[name].security_group_id == aws_security_group.management["this"].id &&
      aws_vpc_security_group_egress_rule.load_balancer[name].referenced_security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id &&
      aws_vpc_security_group_egress_rule.load_balancer[name].from_port == port && aws_vpc_security_group_egress_rule.load_balancer[name].to_port == port
    ])
    error_message = "The way from this load balancer to the nodes must be its node ports and no more."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.load_balancer) == 4 && length(aws_vpc_security_group_ingress_rule.node) == 4
    error_message = "There must be no other way to the nodes."
  }

  assert {
    condition     = output.management == { domain = "ops.shop.example.com", host = "blue.ops.shop.example.com", arn = aws_lb.management["this"].arn, dns_name = "shop-blue-mgmt-2.elb.eu-west-1.amazonaws.com", zone_id = "Z2IFOLAFXWLO4F", node_ports = { http = 32080, https = 32443 } }
    error_message = "The output must carry what an alias record needs."
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.unhealthy) == ["https"]
    error_message = "Alarms are of the load balancer for applications: nobody is woken for a dashboard."
  }
}

run "names_that_do_not_fit_are_cut" {
  command = plan

  variables {
    name       = "platform-production-europe"
    color      = "green"
    log_group  = "/aws/eks/platform-production-europe-green/cluster"
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"] }
  }

  # platform-production-europe-green is as long as ELB allows, and has no room for more.
  assert {
    condition     = aws_lb.this.name == "platform-production-europe-green" && aws_lb.management["this"].name == "platform-produ-${substr(sha1(var.name), 0, 6)}-green-mgmt" && length(aws_lb.management["this"].name) == 32
    error_message = "A load balancer's name has 32 characters."
  }

  assert {
    condition     = alltrue([for group in values(aws_lb_target_group.this) : length(group.name) <= 32]) && length(distinct([for group in values(aws_lb_target_group.this) : group.name])) == 4
    error_message = "Each target group must have a name of its own that fits."
  }
}
