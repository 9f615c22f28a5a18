locals {
  # "single" keeps the key of the first zone, so that going to "per-zone" and back leaves that gateway and its address alone.
  nat_zones = {
    per-zone = local.own_zones
    single   = { for index, zone in local.own_zones : index => zone if index == "0" }
    none     = {}
  }[var.nat]
}

# The addresses that the outside sees. They outlive every cluster, so that others can allow-list them.
resource "aws_eip" "nat" {
  for_each = local.nat_zones

  domain = "vpc"

  tags = merge(var.tags, { Name = "${var.name}-egress-${each.value}" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = local.nat_subnets[each.key].id

  tags = merge(var.tags, { Name = "${var.name}-${each.value}" })

  # A NAT gateway without the internet gateway comes up failed.
  depends_on = [aws_internet_gateway.this]
}
