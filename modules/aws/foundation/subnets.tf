locals {
  # The tag by which a controller in one color tells that the other color's subnets are not for it.
  cluster_tag = {
    blue  = { "kubernetes.io/cluster/${var.name}-blue" = "shared" }
    green = { "kubernetes.io/cluster/${var.name}-green" = "shared" }
  }

  # Made by index and not from the resources' order, so that the lists stay aligned with the zones.
  subnet_ids = {
    for tier, own in { public = aws_subnet.public, data = aws_subnet.data, blue = aws_subnet.blue, green = aws_subnet.green } :
    tier => [for index in keys(local.zones) : local.own_subnets ? own[index].id : data.aws_subnet.adopted["${tier}/${index}"].id]
  }
  subnet_ranges = {
    for tier in ["public", "data", "blue", "green"] :
    tier => [for index in keys(local.zones) : local.own_subnets ? var.subnets[tier][tonumber(index)] : data.aws_subnet.adopted["${tier}/${index}"].cidr_block]
  }
}

resource "aws_subnet" "public" {
  for_each = local.own_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.subnets.public[tonumber(each.key)]
  ipv6_cidr_block   = local.ipv6_ranges.public[each.key]
  # Load balancers and NAT gateways bring their own addresses; nothing else belongs here.
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-public-${each.value}", "kubernetes.io/role/elb" = "1" })
}

resource "aws_subnet" "data" {
  for_each = local.own_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.subnets.data[tonumber(each.key)]

  tags = merge(var.tags, { Name = "${var.name}-data-${each.value}" })
}

# The colors' subnets carry no drover:color tag: they stay when a color is destroyed, and must
# not look like something that it left behind.
resource "aws_subnet" "blue" {
  for_each = local.own_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.subnets.blue[tonumber(each.key)]
  ipv6_cidr_block   = local.ipv6_ranges.blue[each.key]
  # EKS wants it of the subnets of nodes: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
  assign_ipv6_address_on_creation = var.ipv6

  tags = merge(var.tags, local.cluster_tag.blue, { Name = "${var.name}-blue-${each.value}", "kubernetes.io/role/internal-elb" = "1", "karpenter.sh/discovery" = "${var.name}-blue" })
}

resource "aws_subnet" "green" {
  for_each = local.own_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.subnets.green[tonumber(each.key)]
  ipv6_cidr_block   = local.ipv6_ranges.green[each.key]
  # EKS wants it of the subnets of nodes: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
  assign_ipv6_address_on_creation = var.ipv6

  tags = merge(var.tags, local.cluster_tag.green, { Name = "${var.name}-green-${each.value}", "kubernetes.io/role/internal-elb" = "1", "karpenter.sh/discovery" = "${var.name}-green" })
}
