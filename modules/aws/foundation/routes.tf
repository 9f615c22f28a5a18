# Routes are resources of their own, never inline blocks, so that a peering or a transit
# gateway can add its own to these tables without a fight.

resource "aws_route_table" "public" {
  count = local.own_subnets ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route" "public_internet" {
  count = local.own_subnets ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = local.gateway_id
}

resource "aws_route_table_association" "public" {
  for_each = local.own_zones

  route_table_id = aws_route_table.public[0].id
  subnet_id      = aws_subnet.public[each.key].id
}

# One table a zone, shared by both colors: a zone's traffic leaves through the zone's own NAT gateway,
# and before that through the zone's firewall, if there is one.
resource "aws_route_table" "private" {
  for_each = local.own_zones

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-private-${each.value}" })
}

resource "aws_route" "private_nat" {
  for_each = var.nat == "none" ? {} : local.own_zones

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = local.restricted ? null : aws_nat_gateway.this[local.nat_of[each.key]].id
  vpc_endpoint_id        = local.restricted ? local.firewall_endpoints[each.key] : null
}

resource "aws_route_table_association" "blue" {
  for_each = local.own_zones

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.blue[each.key].id
}

resource "aws_route_table_association" "green" {
  for_each = local.own_zones

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.green[each.key].id
}

# Databases and interface endpoints answer and never call out: their table has no way to the internet.
resource "aws_route_table" "data" {
  count = local.own_subnets ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-data" })
}

resource "aws_route_table_association" "data" {
  for_each = local.own_zones

  route_table_id = aws_route_table.data[0].id
  subnet_id      = aws_subnet.data[each.key].id
}
