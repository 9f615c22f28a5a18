data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"
  # EKS puts no control plane there, whatever letter a zone has in this account.
  # https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
  exclude_zone_ids = ["cac1-az3", "use1-az3", "usw1-az2"]

  # Local and Wavelength zones have to be opted in to, and hold no EKS control plane.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  lifecycle {
    postcondition {
      condition     = length(var.zones) > 0 || !local.own_subnets || length(self.names) >= local.zone_count
      error_message = "The region has ${length(self.names)} zones that need no opt-in and that EKS has control planes in, and the subnets want ${local.zone_count}. Ask for fewer zones, or name them in zones."
    }
  }
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  zone_count = length(local.own_subnets ? var.subnets.public : var.adopt.subnets.public)
  # Sorted, because AWS promises no order and a zone that swaps its place would replace every subnet.
  candidates = length(var.zones) > 0 ? var.zones : sort(data.aws_availability_zones.available.names)

  # Everything that exists once a zone is keyed by the zone's index. The keys come from the
  # subnets, which are always known, and adding a zone moves no other.
  zones = {
    for index in range(local.zone_count) : tostring(index) =>
    local.own_subnets ? try(local.candidates[index], "") : data.aws_subnet.adopted["public/${index}"].availability_zone
  }
  # Zones in which this module makes the subnets, and with them routes, gateways and endpoints: all, or none.
  own_zones = local.own_subnets ? local.zones : {}

  own_vpc     = var.adopt == null
  own_subnets = try(var.adopt.subnets, null) == null
  vpc_id      = local.own_vpc ? aws_vpc.this[0].id : data.aws_vpc.adopted[0].id
  gateway_id  = one(concat(aws_internet_gateway.this[*].id, data.aws_internet_gateway.adopted[*].id))
}

resource "aws_vpc" "this" {
  count = local.own_vpc ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # private endpoints and private zones need both

  assign_generated_ipv6_cidr_block = var.ipv6 ? true : null

  tags = merge(var.tags, { Name = var.name })
}

# AWS puts whatever names no security group into this one, so it lets nothing in and nothing out. That of an
# adopted VPC is its owner's: what others have in it would be cut off.
resource "aws_default_security_group" "this" {
  count = local.own_vpc ? 1 : 0

  vpc_id  = local.vpc_id
  ingress = []
  egress  = []

  tags = merge(var.tags, { Name = "${var.name}-default-locked" })
}

resource "aws_internet_gateway" "this" {
  count = local.own_vpc ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(var.tags, { Name = var.name })
}
