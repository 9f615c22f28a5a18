# The way in to management interfaces (Argo CD, Grafana, dashboards): a load balancer of its own, so
# that who reaches the applications does not reach these, and the other way round. Who may do what
# behind it is for what runs in the cluster to say; here it is only who may connect.
locals {
  management = var.management == null ? {} : { this = var.management }

  management_name = local.elb_fits <= 27 ? "${local.cluster}-mgmt" : "${trimsuffix(substr(local.elb_name, 0, 14), "-")}-${local.elb_hash}-${var.color}-mgmt"

  # TCP as it is: a certificate of the applications' domain is none of this one's.
  management_listeners = var.management == null ? {} : {
    management-http  = { balancer = "management", port = 80, node_port = var.management.node_ports.http, health_port = var.management.node_ports.https, protocol = "TCP", allow = var.management.allow }
    management-https = { balancer = "management", port = 443, node_port = var.management.node_ports.https, health_port = var.management.node_ports.https, protocol = "TCP", allow = var.management.allow }
  }

  management_groups = var.management == null ? {} : merge([
    for name, listener in local.management_listeners : {
      for who, id in var.management.allow_groups : "${name}/${who}" => { port = listener.port, id = id }
    }
  ]...)
}

# It is exposed to the internet only where the spec says that management interfaces are public.
#trivy:ignore:AVD-AWS-0053
resource "aws_lb" "management" {
  for_each = local.management

  name               = local.management_name
  load_balancer_type = "network"
  internal           = each.value.visibility == "internal"
  subnets            = each.value.visibility == "internal" ? local.subnet_ids : local.public_subnet_ids
  security_groups    = [aws_security_group.management[each.key].id]
  ip_address_type    = local.ipv6 ? "dualstack" : null

  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.deletion_protection

  tags = var.tags

  depends_on = [terraform_data.before_load_balancers]
}

resource "aws_security_group" "management" {
  for_each = local.management

  name        = "${local.cluster}-management"
  description = "Management load balancer of ${local.cluster}"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${local.cluster}-management" })
}

# Clients whose addresses are not their own when they arrive, such as those of a VPN, are known by
# the security group of what they arrive through.
resource "aws_vpc_security_group_ingress_rule" "management" {
  for_each = local.management_groups

  security_group_id            = aws_security_group.management["this"].id
  description                  = "${each.key} to the load balancer"
  referenced_security_group_id = each.value.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port

  tags = var.tags
}

# The color's own management names, by which its interfaces are looked at before they take over.
# Those of an internal load balancer are private addresses, also in a public zone: any resolver
# finds them, and only who is let into the network reaches them.
resource "aws_route53_record" "management" {
  for_each = var.management == null ? {} : {
    apex     = "${var.color}.${var.management.domain}"
    wildcard = "*.${var.color}.${var.management.domain}"
  }

  zone_id = var.zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = aws_lb.management["this"].dns_name
    zone_id                = aws_lb.management["this"].zone_id
    evaluate_target_health = false
  }
}
