locals {
  # ELB allows 32 characters, and no "internal-" at their start. A name that does not fit is cut, and
  # told from others that are cut alike by a part of its hash. Target groups leave six for their port.
  elb_name = replace(var.name, "/^internal-/", "int-")
  elb_hash = substr(sha1(var.name), 0, 6)
  elb_fits = local.elb_name == var.name ? length(local.cluster) : 99
  lb_name  = local.elb_fits <= 32 ? local.cluster : "${trimsuffix(substr(local.elb_name, 0, 19), "-")}-${local.elb_hash}-${var.color}"
  tg_name  = local.elb_fits <= 26 ? local.cluster : "${trimsuffix(substr(local.elb_name, 0, 13), "-")}-${local.elb_hash}-${var.color}"

  ingress_listeners = {
    http  = { balancer = "ingress", port = 80, node_port = var.ingress.node_ports.http, health_port = var.ingress.node_ports.https, protocol = "TCP", allow = var.ingress.allow }
    https = { balancer = "ingress", port = 443, node_port = var.ingress.node_ports.https, health_port = var.ingress.node_ports.https, protocol = var.ingress.certificate_arn == null ? "TCP" : "TLS", allow = var.ingress.allow }
  }

  # Those of both load balancers: listeners, target groups and rules are made alike for all of them.
  listeners = merge(local.ingress_listeners, local.management_listeners)

  # Which balancer is internal, and which tells its targets who the client is by PROXY protocol.
  internal        = { ingress = var.ingress.visibility == "internal", management = try(var.management.visibility, "internal") == "internal" }
  proxy_protocols = { ingress = var.ingress.proxy_protocol, management = try(var.management.proxy_protocol, false) }

  balancer_arns = merge(
    { ingress = aws_lb.this.arn },
    { for balancer in values(aws_lb.management) : "management" => balancer.arn },
  )

  # "general/https" and the like: every pool behind every listener.
  attachments = merge([
    for pool in keys(var.node_pools) : {
      for listener in keys(local.listeners) : "${pool}/${listener}" => { pool = pool, listener = listener }
    }
  ]...)
}

# Made here and not by a controller in the cluster, so that it is never orphaned.
# It is exposed to the internet where the spec's ingress is public, which is what that word asks for.
#trivy:ignore:AVD-AWS-0053
resource "aws_lb" "this" {
  name               = local.lb_name
  load_balancer_type = "network"
  internal           = var.ingress.visibility == "internal"
  subnets            = var.ingress.visibility == "internal" ? local.subnet_ids : local.public_subnet_ids
  security_groups    = [aws_security_group.load_balancer.id]
  # Targets of IPv6 need a load balancer of both, whoever its clients are.
  ip_address_type = local.ipv6 ? "dualstack" : null

  # Pools may have no node in a zone; the load balancer answers there all the same.
  enable_cross_zone_load_balancing = true
  # A color lives for one rotation, and only the end of that rotation lifts this.
  enable_deletion_protection = var.deletion_protection

  dynamic "access_logs" {
    for_each = var.ingress.access_logs[*]

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }

  tags = var.tags

  depends_on = [terraform_data.before_load_balancers]
}

# The load balancers are the last to come, so the first to go: a destroy meets their protection while the cluster, its
# nodes and all that they need are still there. A build waits for them the two or three minutes in which they come up.
resource "terraform_data" "before_load_balancers" {
  depends_on = [
    aws_autoscaling_attachment.this,
    aws_cloudwatch_event_target.karpenter,
    aws_eks_access_entry.karpenter_node,
    aws_eks_access_policy_association.team,
    aws_eks_access_policy_association.this,
    aws_eks_addon.after_nodes,
    aws_eks_addon.before_nodes,
    aws_eks_node_group.this,
    aws_eks_pod_identity_association.controller,
    aws_eks_pod_identity_association.this,
    aws_iam_instance_profile.karpenter,
    aws_iam_role_policy.auto_node_pull_through,
    aws_iam_role_policy.autoscaler,
    aws_iam_role_policy.cni_ipv6,
    aws_iam_role_policy.karpenter,
    aws_iam_role_policy.karpenter_node_pull_through,
    aws_iam_role_policy.karpenter_node_sessions,
    aws_iam_role_policy.node_pull_through,
    aws_iam_role_policy.node_sessions,
    aws_iam_role_policy.pool,
    aws_iam_role_policy.pool_pull_through,
    aws_iam_role_policy.pool_sessions,
    aws_iam_role_policy_attachment.auto_cluster,
    aws_iam_role_policy_attachment.auto_node,
    aws_iam_role_policy_attachment.karpenter_node,
    aws_sqs_queue_policy.karpenter,
    aws_vpc_security_group_egress_rule.load_balancer,
    aws_vpc_security_group_ingress_rule.api,
    aws_vpc_security_group_ingress_rule.load_balancer,
    aws_vpc_security_group_ingress_rule.management,
    aws_vpc_security_group_ingress_rule.node,
  ]
}

# TCP is passed on as it is: the ingress controller ends TLS, with certificates that both colors have.
# With a certificate in ACM the load balancer ends it, and encrypts again on the way to the nodes.
resource "aws_lb_listener" "this" {
  for_each = local.listeners

  load_balancer_arn = local.balancer_arns[each.value.balancer]
  port              = each.value.port
  protocol          = each.value.protocol
  certificate_arn   = each.value.protocol == "TLS" ? var.ingress.certificate_arn : null
  ssl_policy        = each.value.protocol == "TLS" ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : null
  # Without this a client that ends TLS here is never offered HTTP/2.
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
  alpn_policy = each.value.protocol == "TLS" ? "HTTP2Preferred" : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  tags = var.tags
}

resource "aws_lb_target_group" "this" {
  for_each = local.listeners

  # The port is in the name, so that a new port is a new group beside the old one; and so is the protocol, in place of
  # the 3 that all node ports begin with.
  name        = "${local.tg_name}-${each.value.protocol == "TLS" ? "t${substr(each.value.node_port, 1, 4)}" : each.value.node_port}"
  vpc_id      = var.vpc_id
  target_type = "instance"
  protocol    = each.value.protocol
  port        = each.value.node_port

  ip_address_type = local.ipv6 ? "ipv6" : null

  # A pod that calls an internal load balancer may be led to its own node, which drops packets that come from outside with
  # its own address. One that calls a public load balancer arrives with the address of a NAT gateway.
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html
  # What is translated between IPv4 and IPv6 on the way arrives with an address of the load balancer either way.
  preserve_client_ip = !local.internal[each.value.balancer]
  proxy_protocol_v2  = local.proxy_protocols[each.value.balancer]

  # Connections get this long to end when a node leaves.
  deregistration_delay   = 120
  connection_termination = true

  health_check {
    protocol = "TCP"
    # Port 80 redirects at best, and some ingress has none. A target group without a healthy target would make the whole
    # load balancer unhealthy, and Route 53 would take the domain off it.
    port                = each.value.health_port
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# EKS makes an Auto Scaling group for each node group; attached to it, the target groups follow
# every node that comes and goes, with no controller.
resource "aws_autoscaling_attachment" "this" {
  for_each = local.attachments

  autoscaling_group_name = aws_eks_node_group.this[each.value.pool].resources[0].autoscaling_groups[0].name
  lb_target_group_arn    = aws_lb_target_group.this[each.value.listener].arn

  lifecycle {
    # When a node group is replaced, its successor takes traffic before it stops doing so.
    create_before_destroy = true
  }
}

# The color's own name, by which it is tested before it takes traffic. It answers even when the
# targets do not, so that a test sees what is wrong.
resource "aws_route53_record" "color" {
  zone_id = var.zone_id
  name    = "${var.color}.${var.domain}"
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
