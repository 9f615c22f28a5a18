# What exists already and is used, but is not this module's: it is read, checked, and never changed.

data "aws_vpc" "adopted" {
  count = local.own_vpc ? 0 : 1

  id = var.adopt.vpc_id

  lifecycle {
    precondition {
      condition = local.own_subnets || (
        var.nat == "none" && var.egress.mode == "open" && length(var.endpoints) == 0 &&
        var.pods == null && length(var.peerings) == 0 && var.transit_gateway == null && length(var.zones) == 0
      )
      error_message = "With adopt.subnets, ways out and to other networks are their owner's: nat has to be \"none\", egress.mode \"open\", endpoints, zones and peerings empty, pods and transit_gateway null."
    }

    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "The VPC ${self.id} resolves no names, or gives its interfaces none: set enableDnsSupport and enableDnsHostnames. Private endpoints and private zones need both."
    }

    postcondition {
      # A range lies in another when it begins like it, for as many bits as that one has.
      condition = anytrue([
        for block in self.cidr_block_associations[*].cidr_block :
        try(cidrhost("${split("/", var.cidr)[0]}/${split("/", block)[1]}", 0) == cidrhost(block, 0) && tonumber(split("/", var.cidr)[1]) >= tonumber(split("/", block)[1]), false)
      ])
      error_message = "cidr ${var.cidr} lies in no range of the VPC ${self.id}, which has ${join(", ", self.cidr_block_associations[*].cidr_block)}."
    }
  }
}

data "aws_internet_gateway" "adopted" {
  count = !local.own_vpc && local.own_subnets ? 1 : 0

  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.adopted[0].id]
  }
}

data "aws_subnet" "adopted" {
  for_each = merge([
    for tier, ids in local.own_subnets ? {} : var.adopt.subnets : { for index, id in ids : "${tier}/${index}" => id }
  ]...)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.adopt.vpc_id
      error_message = "The subnet ${self.id} (${each.key}) is in the VPC ${self.vpc_id}, and not in ${var.adopt.vpc_id}."
    }

    postcondition {
      # A range lies in another when it begins like it, for as many bits as that one has.
      condition     = try(cidrhost("${split("/", self.cidr_block)[0]}/${split("/", var.cidr)[1]}", 0) == cidrhost(var.cidr, 0), false)
      error_message = "The subnet ${self.id} (${each.key}), ${self.cidr_block}, does not lie in cidr, ${var.cidr}, from which endpoints and the Kubernetes API are reached."
    }

    postcondition {
      condition     = startswith(each.key, "public/") || !self.map_public_ip_on_launch
      error_message = "The subnet ${self.id} (${each.key}) gives public addresses to what starts in it. Only public subnets may."
    }

    postcondition {
      condition     = !var.ipv6 || startswith(each.key, "data/") || try(length(self.ipv6_cidr_block) > 0, false)
      error_message = "The subnet ${self.id} (${each.key}) has no range of IPv6, which a cluster of IPv6 and its load balancers need."
    }

    postcondition {
      condition     = !var.ipv6 || startswith(each.key, "data/") || startswith(each.key, "public/") || self.assign_ipv6_address_on_creation
      error_message = "The subnet ${self.id} (${each.key}) gives no address of IPv6 to what starts in it, and nodes need one: set AssignIpv6AddressOnCreation."
    }

    postcondition {
      condition     = contains([var.name, ""], lookup(self.tags, "drover:cluster", ""))
      error_message = "The subnet ${self.id} (${each.key}) is of another drover cluster: ${lookup(self.tags, "drover:cluster", "")}."
    }

    postcondition {
      condition = alltrue([
        for key, value in self.tags : value != "owned" || !startswith(key, "kubernetes.io/cluster/") || contains(["blue", "green"], trimprefix(key, "kubernetes.io/cluster/${var.name}-"))
      ])
      error_message = "The subnet ${self.id} (${each.key}) is tagged as owned by another Kubernetes cluster, whose controllers would take it for theirs."
    }
  }
}
