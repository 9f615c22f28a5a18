data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # Local and Wavelength zones have to be opted in to, and hold no EKS control plane.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  zone_count = length(var.subnets.public)
  # Sorted, because AWS promises no order and a zone that swaps its place would replace every subnet.
  candidates = length(var.zones) > 0 ? var.zones : sort(data.aws_availability_zones.available.names)

  # Everything that exists once a zone is keyed by the zone's index. The keys come from the
  # subnets, which are always known, and adding a zone moves no other.
  zones = { for index in range(local.zone_count) : tostring(index) => try(local.candidates[index], "") }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # private endpoints and private zones need both

  tags = merge(var.tags, { Name = var.name })

  lifecycle {
    precondition {
      condition     = length(local.candidates) >= local.zone_count
      error_message = "The region ${local.region} has ${length(local.candidates)} zones that need no opt-in, and the subnets want ${local.zone_count}. Ask for fewer zones, or name them in zones."
    }
  }
}

# AWS puts whatever names no security group into this one, so it lets nothing in and nothing out.
resource "aws_default_security_group" "this" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []

  tags = merge(var.tags, { Name = "${var.name}-default-locked" })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = var.name })
}
