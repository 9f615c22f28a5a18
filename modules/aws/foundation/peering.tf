locals {
  # Each zone has a private route table of its own, and each of them a route to every range of a peer.
  peering_routes = merge([
    for route in flatten([
      for name, peering in var.peerings : [
        for pair in setproduct(keys(local.zones), peering.ranges) : { peering = name, zone = pair[0], range = pair[1] }
      ]
    ]) : { "${route.peering}/${route.zone}/${route.range}" = route }
  ]...)

  # AWS lets the asking side accept only what is its own and in its own region.
  peerings_of_ours = {
    for name, peering in var.peerings : name =>
    coalesce(peering.account, local.account) == local.account && coalesce(peering.region, local.region) == local.region
  }
}

# This side asks. What the other side has to do, if it is another account or region, is in the README.
resource "aws_vpc_peering_connection" "this" {
  for_each = var.peerings

  vpc_id        = local.vpc_id
  peer_vpc_id   = each.value.vpc_id
  peer_owner_id = each.value.account
  peer_region   = local.peerings_of_ours[each.key] ? null : each.value.region
  auto_accept   = local.peerings_of_ours[each.key]

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

# Until the other side has accepted, these lead nowhere, and harm nothing.
resource "aws_route" "peering" {
  for_each = local.peering_routes

  route_table_id            = aws_route_table.private[each.value.zone].id
  destination_cidr_block    = each.value.range
  vpc_peering_connection_id = aws_vpc_peering_connection.this[each.value.peering].id
}
