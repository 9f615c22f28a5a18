# The load balancer of the color, and the way from it to the nodes.

mock_provider "aws" {
  source = "./tests/mocks"
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

run "public_load_balancer" {
  command = plan

  variables {
    ingress = { allow = ["198.51.100.0/24", "203.0.113.0/24"] }
  }

  assert {
    condition     = !aws_lb.this.internal && aws_lb.this.subnets == toset(var.public_subnet_ids) && aws_lb.this.load_balancer_type == "network" && aws_lb.this.enable_cross_zone_load_balancing
    error_message = "A public load balancer must be in the public subnets."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection
    error_message = "A load balancer must refuse to be deleted until its end has come."
  }

  assert {
    condition = toset([for rule in values(aws_vpc_security_group_ingress_rule.load_balancer) : "${rule.cidr_ipv4} ${rule.from_port}-${rule.to_port}"]) == toset([
      "198.51.100.0/24 443-443", "198.51.100.0/24 80-80", "203.0.113.0/24 443-443", "203.0.113.0/24 80-80",
    ])
    error_message = "It must be open to the allowed ranges, on two ports."
  }

  assert {
    condition     = aws_route53_record.color.name == "blue.shop.example.com" && output.host == "blue.shop.example.com"
    error_message = "The color must answer at its own name."
  }
}

run "internal_load_balancer" {
  command = plan

  variables {
    ingress             = { visibility = "internal", allow = ["10.0.0.0/8"] }
    public_subnet_ids   = []
    deletion_protection = false
  }

  assert {
    condition     = !aws_lb.this.enable_deletion_protection
    error_message = "deletion_protection must reach the load balancer."
  }

  assert {
    condition     = aws_lb.this.internal && aws_lb.this.subnets == toset(var.subnet_ids)
    error_message = "An internal load balancer must be in the color's own subnets."
  }
}

run "load_balancer_ends_tls_and_logs_it" {
  command = plan

  variables {
    ingress = {
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
      access_logs     = { bucket = "acme-access-logs", prefix = "shop" }
    }
  }

  assert {
    condition     = { for name, listener in aws_lb_listener.this : name => "${listener.protocol} ${listener.port}" } == { http = "TCP 80", https = "TLS 443" } && aws_lb_listener.this["https"].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" && aws_lb_listener.this["https"].alpn_policy == "HTTP2Preferred" && aws_lb_listener.this["https"].certificate_arn == var.ingress.certificate_arn
    error_message = "HTTPS must be ended with the certificate, by TLS 1.2 at least, and HTTP must not."
  }

  assert {
    condition     = { for name, group in aws_lb_target_group.this : name => group.protocol } == { http = "TCP", https = "TLS" }
    error_message = "What came encrypted must reach the nodes encrypted."
  }

  assert {
    condition     = { for name, group in aws_lb_target_group.this : name => group.name } == { http = "shop-blue-30080", https = "shop-blue-t0443" }
    error_message = "A group of another protocol is made beside the old one, so it needs another name."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_lb.this.access_logs[0].bucket == "acme-access-logs" && aws_lb.this.access_logs[0].prefix == "shop"
    error_message = "The access log must go to the bucket."
  }
}

run "every_pool_is_behind_both_listeners" {
  command = apply

  variables {
    node_pools = {
      general = { machines = ["m7i.large"], min = 3, max = 12 }
      batch   = { machines = ["m7i.xlarge"], min = 0, max = 20 }
    }
    ingress = { node_ports = { http = 31080, https = 31443 } }
  }

  assert {
    condition     = join(" ", keys(aws_autoscaling_attachment.this)) == "batch/http batch/https general/http general/https"
    error_message = "Each pool must be attached to each target group."
  }

  assert {
    condition     = { for name, group in aws_lb_target_group.this : name => "${group.protocol} ${group.port} ${group.target_type} ${group.name}" } == { http = "TCP 31080 instance shop-blue-31080", https = "TCP 31443 instance shop-blue-31443" }
    error_message = "The target groups must lead to the node ports."
  }

  assert {
    condition     = { for name, listener in aws_lb_listener.this : name => listener.port } == { http = 80, https = 443 }
    error_message = "The load balancer must listen on 80 and 443."
  }

  assert {
    condition = alltrue([
      for name, port in { http = 31080, https = 31443 } :
      aws_vpc_security_group_ingress_rule.node[name].from_port == port && aws_vpc_security_group_ingress_rule.node[name].to_port == port &&
      aws_vpc_security_group_ingress_rule.node[name].referenced_security_group_id == aws_security_group.load_balancer.id &&
      aws_vpc_security_group_ingress_rule.node[name].security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id &&
      aws_vpc_security_group_egress_rule.load_balancer[name].from_port == port
    ])
    error_message = "The way from the load balancer to the nodes must be the node ports and no more."
  }

  assert {
    condition     = output.load_balancer == { arn = aws_lb.this.arn, dns_name = aws_lb.this.dns_name, zone_id = aws_lb.this.zone_id, ipv6 = false }
    error_message = "The output must carry what an alias record needs."
  }

  assert {
    condition     = length(output.node_groups) == 2
    error_message = "Each pool must be a node group."
  }
}

run "long_names_are_cut_and_stay_different" {
  command = plan

  variables {
    name      = "platform-production-europe-west"
    color     = "green"
    log_group = "/aws/eks/platform-production-europe-west-green/cluster"
  }

  assert {
    condition     = length(aws_lb.this.name) <= 32 && endswith(aws_lb.this.name, "-green") && strcontains(aws_lb.this.name, substr(sha1(var.name), 0, 6))
    error_message = "A load balancer's name has 32 characters, its color, and a part of the name's hash."
  }

  assert {
    condition     = alltrue([for group in values(aws_lb_target_group.this) : length(group.name) <= 32 && strcontains(group.name, "-green-3")])
    error_message = "A target group's name has 32 characters, its color and its port."
  }
}

run "name_that_elb_refuses_is_changed" {
  command = plan

  variables {
    name      = "internal-shop"
    log_group = "/aws/eks/internal-shop-blue/cluster"
  }

  assert {
    condition     = aws_lb.this.name == "int-shop-${substr(sha1("internal-shop"), 0, 6)}-blue"
    error_message = "ELB refuses names that start with internal-."
  }
}

run "without_a_topic_there_is_no_alarm" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.unhealthy) == 0
    error_message = "Alarms must be asked for."
  }
}

run "unhealthy_nodes_under_traffic_alarm" {
  command = apply

  variables {
    alerts = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:shop-alerts" }
  }

  assert {
    condition     = { for listener, alarm in aws_cloudwatch_metric_alarm.unhealthy : listener => alarm.alarm_name } == { https = "shop-blue-https-unhealthy" }
    error_message = "The color must have one alarm: both ports have the health of the HTTPS port."
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.unhealthy) : alarm.alarm_actions == toset([var.alerts.topic_arn]) && alarm.treat_missing_data == "notBreaching"])
    error_message = "An alarm must go to the topic, and a color without traffic wake nobody."
  }

  assert {
    condition     = toset(flatten([for query in aws_cloudwatch_metric_alarm.unhealthy["https"].metric_query : [for metric in query.metric : "${metric.metric_name} ${join(" ", keys(metric.dimensions))}"]])) == toset(["NewFlowCount LoadBalancer", "HealthyHostCount LoadBalancer TargetGroup"])
    error_message = "Metrics must have the dimensions under which a network load balancer reports them."
  }

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.unhealthy["https"].metric_query : query.expression if query.id == "down"]) == "IF(FILL(flows, 0) > 0 AND FILL(healthy, 0) < 1, 1, 0)"
    error_message = "Only a color that has traffic and no healthy node at all may wake somebody."
  }
}

run "clients_addresses_are_kept_by_public_load_balancers_only" {
  command = plan

  assert {
    condition     = alltrue([for group in values(aws_lb_target_group.this) : group.preserve_client_ip == "true" && group.proxy_protocol_v2 == false])
    error_message = "A public load balancer must leave clients their addresses, and say nothing before the first byte."
  }

  assert {
    condition     = { for name, group in aws_lb_target_group.this : name => one(group.health_check).port } == { http = "30443", https = "30443" }
    error_message = "An ingress that serves no port 80 must be well."
  }
}

run "internal_load_balancers_keep_addresses_to_themselves" {
  command = plan

  variables {
    ingress = { visibility = "internal", allow = ["10.0.0.0/8"], proxy_protocol = true }
  }

  assert {
    condition     = alltrue([for group in values(aws_lb_target_group.this) : group.preserve_client_ip == "false" && group.proxy_protocol_v2])
    error_message = "A pod must reach its own node through an internal load balancer, and the ingress must learn by PROXY protocol who the client is."
  }
}
