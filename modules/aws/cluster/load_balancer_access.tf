locals {
  ingress_rules = merge([
    for name, listener in local.listeners : {
      for range in listener.allow : "${name}/${range}" => { balancer = listener.balancer, port = listener.port, range = range }
    }
  ]...)

  balancer_groups = merge(
    { ingress = aws_security_group.load_balancer.id },
    { for group in values(aws_security_group.management) : "management" => group.id },
  )

  # The group that EKS makes and puts on every node that it starts.
  node_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.cluster}-ingress"
  description = "Load balancer of ${local.cluster}"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${local.cluster}-ingress" })
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local.ingress_rules

  security_group_id = local.balancer_groups[each.value.balancer]
  description       = "${each.key} to the load balancer"
  cidr_ipv4         = strcontains(each.value.range, ":") ? null : each.value.range
  cidr_ipv6         = strcontains(each.value.range, ":") ? each.value.range : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port

  tags = var.tags
}

# From a load balancer to its node ports and to nothing else; the health checks go the same way.
resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = local.listeners

  security_group_id            = local.balancer_groups[each.value.balancer]
  description                  = "${each.key} to the nodes"
  referenced_security_group_id = local.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.node_port
  to_port                      = each.value.node_port

  tags = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "node" {
  for_each = local.listeners

  security_group_id            = local.node_security_group_id
  description                  = "${each.key} from the load balancer"
  referenced_security_group_id = local.balancer_groups[each.value.balancer]
  ip_protocol                  = "tcp"
  from_port                    = each.value.node_port
  to_port                      = each.value.node_port

  tags = var.tags
}
