locals {
  transit_zones = var.transit_gateway == null ? {} : local.own_zones

  transit_routes = merge([
    for pair in setproduct(keys(local.transit_zones), try(var.transit_gateway.ranges, [])) : {
      "${pair[0]}/${pair[1]}" = { zone = pair[0], range = pair[1] }
    }
  ]...)
}

# The gateway's interfaces have small subnets of their own, as AWS advises: the route table of a subnet
# also decides where packets go that come in by its interfaces.
# https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html
resource "aws_subnet" "transit" {
  for_each = local.transit_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.transit_gateway.subnets[tonumber(each.key)]

  tags = merge(var.tags, { Name = "${var.name}-transit-${each.value}" })
}

# What comes in reaches the VPC, and nothing behind it: other networks cannot leave by these NAT gateways.
resource "aws_route_table" "transit" {
  count = var.transit_gateway == null ? 0 : 1

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-transit" })
}

resource "aws_route_table_association" "transit" {
  for_each = aws_subnet.transit

  route_table_id = aws_route_table.transit[0].id
  subnet_id      = each.value.id
}

# One interface a zone: without one, the nodes of a zone could not use the gateway at all.
resource "aws_ec2_transit_gateway_vpc_attachment" "this" {
  count = var.transit_gateway == null ? 0 : 1

  transit_gateway_id = var.transit_gateway.id
  vpc_id             = local.vpc_id
  subnet_ids         = [for subnet in aws_subnet.transit : subnet.id]
  dns_support        = "enable"

  tags = merge(var.tags, { Name = var.name })

  lifecycle {
    # Which route tables of the gateway it uses is for the gateway's owner, who may be another account.
    ignore_changes = [
      transit_gateway_default_route_table_association,
      transit_gateway_default_route_table_propagation,
    ]
  }
}

resource "aws_route" "transit" {
  for_each = local.transit_routes

  route_table_id         = aws_route_table.private[each.value.zone].id
  destination_cidr_block = each.value.range
  transit_gateway_id     = aws_ec2_transit_gateway_vpc_attachment.this[0].transit_gateway_id # after the attachment
}
