# Pods may have a range of their own beside the network's, so that their number does not eat into addresses that
# offices and other networks have to be able to reach. Pods of a color are in its subnets of this range; nodes,
# load balancers and the control plane stay in the color's own.

locals {
  pod_subnets = merge([
    for color in var.pods == null ? [] : ["blue", "green"] : {
      for index in keys(local.zones) : "${color}-${index}" => {
        color = color, zone = index, cidr = var.pods[color][tonumber(index)]
      }
    }
  ]...)

  # Every range of the VPC.
  ranges = compact([var.cidr, try(var.pods.cidr, "")])
}

resource "aws_vpc_ipv4_cidr_block_association" "pods" {
  count = var.pods == null ? 0 : 1

  vpc_id     = local.vpc_id
  cidr_block = var.pods.cidr
}

# Load balancers find no tag of theirs here: they belong in the color's own subnets.
resource "aws_subnet" "pods" {
  for_each = local.pod_subnets

  vpc_id            = aws_vpc_ipv4_cidr_block_association.pods[0].vpc_id # after the range is there
  availability_zone = local.zones[each.value.zone]
  cidr_block        = each.value.cidr

  tags = merge(var.tags, { Name = "${var.name}-${each.value.color}-pods-${local.zones[each.value.zone]}" })
}

resource "aws_route_table_association" "pods" {
  for_each = local.pod_subnets

  route_table_id = aws_route_table.private[each.value.zone].id
  subnet_id      = aws_subnet.pods[each.key].id
}
