# IPv6 beside IPv4. Nodes have addresses of both, pods of IPv6; databases and endpoints are reached by IPv4 as before.
locals {
  own_ipv6 = var.ipv6 && local.own_subnets

  # Each tier has eight /64 of the /56, of which a zone's index takes one; the second eight are kept free for data.
  # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
  ipv6_tiers = { public = 0, blue = 16, green = 24 }
  ipv6_ranges = {
    for tier, first in local.ipv6_tiers : tier => {
      for index in keys(local.own_zones) : index => local.own_ipv6 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, first + tonumber(index)) : null
    }
  }

  # Where nothing leaves by IPv4, nothing does by IPv6.
  ipv6_ways_out = local.own_ipv6 && var.nat != "none" ? local.own_zones : {}
}

# All addresses of IPv6 are public. Through this gateway nodes and pods call out, and nobody calls in.
resource "aws_egress_only_internet_gateway" "this" {
  count = length(local.ipv6_ways_out) > 0 ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_route" "private_ipv6" {
  for_each = local.ipv6_ways_out

  route_table_id              = aws_route_table.private[each.key].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

# NAT64: what is sent to 64:ff9b::a.b.c.d comes out of the NAT gateway to a.b.c.d, for programs without any IPv4.
# Pods need it for nothing: EKS gives each an address of IPv4 that is known on its node alone, and they reach hosts that
# have IPv4 only with the node's address (https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html). That is why
# DNS64 stays off. It would answer for every host without IPv6, S3, private endpoints and databases among them, and lead
# what asks for them past gateway endpoints and security groups through the NAT gateway.
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
resource "aws_route" "private_nat64" {
  for_each = local.ipv6_ways_out

  route_table_id              = aws_route_table.private[each.key].id
  destination_ipv6_cidr_block = "64:ff9b::/96"
  nat_gateway_id              = aws_nat_gateway.this[local.nat_of[each.key]].id
}

# Clients of public load balancers, and the answers to them.
resource "aws_route" "public_ipv6" {
  count = local.own_ipv6 ? 1 : 0

  route_table_id              = aws_route_table.public[0].id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = local.gateway_id
}
