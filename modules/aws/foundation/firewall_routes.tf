# Behind a firewall a packet goes private subnet -> firewall -> NAT gateway -> internet, and its answer
# the same way back. A firewall that sees one direction only drops everything, so both directions use
# the endpoint in the private subnet's zone.

locals {
  # NAT gateways get subnets of their own. In the public ones their way back would also be that of the
  # load balancers, whose targets answer them directly.
  nat_subnets = local.restricted ? aws_subnet.nat : aws_subnet.public

  # Which zone's NAT gateway serves a zone.
  nat_of = { for index in keys(local.zones) : index => var.nat == "single" ? "0" : index }

  # The way back: from a NAT gateway to every private subnet that it serves.
  ways_back = merge([
    for index, zone in local.firewall_zones : merge(
      {
        for color in ["blue", "green"] : "${color}-${index}" => {
          nat = local.nat_of[index], zone = index, cidr = var.subnets[color][tonumber(index)]
        }
      },
      {
        for key, subnet in local.pod_subnets : "pods-${key}" => {
          nat = local.nat_of[index], zone = index, cidr = subnet.cidr
        } if subnet.zone == index
      },
    ) if var.nat != "none"
  ]...)
}

resource "aws_subnet" "nat" {
  for_each = local.restricted ? local.nat_zones : {}

  vpc_id                  = local.vpc_id
  availability_zone       = each.value
  cidr_block              = var.egress.nat_subnets[tonumber(each.key)]
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${var.name}-nat-${each.value}" })
}

resource "aws_route_table" "nat" {
  for_each = aws_subnet.nat

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-nat-${local.zones[each.key]}" })
}

resource "aws_route_table_association" "nat" {
  for_each = aws_subnet.nat

  route_table_id = aws_route_table.nat[each.key].id
  subnet_id      = each.value.id
}

resource "aws_route" "nat_internet" {
  for_each = aws_route_table.nat

  route_table_id         = each.value.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = local.gateway_id
}

resource "aws_route" "nat_private" {
  for_each = local.ways_back

  route_table_id         = aws_route_table.nat[each.value.nat].id
  destination_cidr_block = each.value.cidr
  vpc_endpoint_id        = local.firewall_endpoints[each.value.zone]
}

resource "aws_route_table" "firewall" {
  for_each = local.firewall_zones

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-firewall-${each.value}" })
}

resource "aws_route_table_association" "firewall" {
  for_each = local.firewall_zones

  route_table_id = aws_route_table.firewall[each.key].id
  subnet_id      = aws_subnet.firewall[each.key].id
}

resource "aws_route" "firewall_nat" {
  for_each = var.nat == "none" ? {} : local.firewall_zones

  route_table_id         = aws_route_table.firewall[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[local.nat_of[each.key]].id
}
