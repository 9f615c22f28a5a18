variable "pods" {
  description = "Secondary range of the VPC, for pods only, and its subnets by color, one for each zone. Null: pods have addresses of their color's subnets."
  type = object({
    cidr  = string
    blue  = list(string)
    green = list(string)
  })
  default = null

  validation {
    condition     = var.pods == null ? true : can(cidrnetmask(var.pods.cidr)) && try(tonumber(split("/", var.pods.cidr)[1]) >= 16 && tonumber(split("/", var.pods.cidr)[1]) <= 28, false)
    error_message = "pods.cidr must be an IPv4 range between /16 and /28, which is what a VPC can hold."
  }

  validation {
    # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    condition = var.pods == null ? true : anytrue([
      for family in ["^100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.", "^10\\.", "^172\\.(1[6-9]|2[0-9]|3[01])\\.", "^192\\.168\\."] :
      can(regex(family, var.pods.cidr)) && (startswith(family, "^100") || can(regex(family, var.cidr)))
    ])
    error_message = "pods.cidr must lie in 100.64.0.0/10, or in the private range that cidr is in: AWS adds no other to a VPC."
  }

  validation {
    # Two ranges overlap when they begin alike, for as many bits as the shorter prefix has.
    condition = var.pods == null ? true : length(distinct([
      for range in [var.cidr, var.pods.cidr] :
      try(cidrhost("${split("/", range)[0]}/${min(split("/", var.cidr)[1], split("/", var.pods.cidr)[1])}", 0), range)
    ])) == 2
    error_message = "pods.cidr must not overlap cidr."
  }

  validation {
    condition     = var.pods == null ? true : length(var.pods.blue) == length(try(var.subnets.public, [])) && length(var.pods.green) == length(try(var.subnets.public, []))
    error_message = "pods.blue and pods.green must hold one range for each zone."
  }

  validation {
    # A range lies in another when it begins like it, for as many bits as that one has.
    condition = var.pods == null ? true : alltrue([
      for range in concat(var.pods.blue, var.pods.green) :
      try(cidrhost("${split("/", range)[0]}/${split("/", var.pods.cidr)[1]}", 0) == cidrhost(var.pods.cidr, 0) && tonumber(split("/", range)[1]) <= 28, false)
    ]) && length(distinct(concat(var.pods.blue, var.pods.green))) == length(concat(var.pods.blue, var.pods.green))
    error_message = "pods.blue and pods.green must be ranges in pods.cidr, /28 or larger, that all differ."
  }
}

variable "peerings" {
  description = "VPCs that this one is peered with, by a name for each: their id, their ranges (each zone has a route to them), and account and region if these are not this VPC's."
  type = map(object({
    vpc_id  = string
    ranges  = list(string)
    account = optional(string)
    region  = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for peering in values(var.peerings) : can(regex("^vpc-[0-9a-f]{8,17}$", peering.vpc_id))])
    error_message = "peerings: vpc_id must be the id of a VPC, like vpc-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = alltrue([for peering in values(var.peerings) : peering.account == null || can(regex("^[0-9]{12}$", peering.account))])
    error_message = "peerings: account must be the 12 digits of an AWS account."
  }

  validation {
    condition     = alltrue([for peering in values(var.peerings) : length(peering.ranges) > 0 && alltrue([for range in peering.ranges : can(cidrnetmask(range))])])
    error_message = "peerings: ranges must hold the IPv4 ranges of the other VPC, one at least."
  }

  validation {
    # Two ranges overlap when they begin alike, for as many bits as the shorter prefix has.
    condition = alltrue([
      for pair in setproduct(flatten([for peering in values(var.peerings) : peering.ranges]), compact([var.cidr, try(var.pods.cidr, "")])) :
      length(distinct([for range in pair : try(cidrhost("${split("/", range)[0]}/${min(split("/", pair[0])[1], split("/", pair[1])[1])}", 0), range)])) == 2
    ])
    error_message = "peerings: no range of a peer may overlap cidr or pods.cidr; AWS refuses such a peering."
  }

  validation {
    condition = length(distinct(flatten([for peering in values(var.peerings) : peering.ranges]))) == length(flatten([for peering in values(var.peerings) : peering.ranges]))

    error_message = "peerings: a range can be behind one peer only."
  }
}

variable "transit_gateway" {
  description = "Transit gateway that the VPC is attached to, or null for none: its id, a subnet for it in each zone, and the ranges that are reached through it (each zone has a route to them)."
  type = object({
    id      = string
    subnets = list(string)
    ranges  = list(string)
  })
  default = null

  validation {
    condition     = var.transit_gateway == null ? true : can(regex("^tgw-[0-9a-f]{8,17}$", var.transit_gateway.id))
    error_message = "transit_gateway.id must be the id of a transit gateway, like tgw-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = var.transit_gateway == null ? true : length(var.transit_gateway.subnets) == length(try(var.subnets.public, [])) && alltrue([for range in var.transit_gateway.subnets : can(cidrnetmask(range)) && try(tonumber(split("/", range)[1]) <= 28, false)])
    error_message = "transit_gateway.subnets must hold one IPv4 range for each zone, /28 or larger."
  }

  validation {
    condition     = var.transit_gateway == null ? true : length(setintersection(var.transit_gateway.subnets, concat(flatten(try(values(var.subnets), [])), var.egress.firewall_subnets, var.egress.nat_subnets))) == 0 && length(distinct(var.transit_gateway.subnets)) == length(var.transit_gateway.subnets)
    error_message = "transit_gateway.subnets must differ from each other and from every range in subnets and egress."
  }

  validation {
    condition     = var.transit_gateway == null ? true : length(var.transit_gateway.ranges) > 0 && alltrue([for range in var.transit_gateway.ranges : can(cidrnetmask(range))])
    error_message = "transit_gateway.ranges must hold IPv4 ranges, one at least."
  }

  validation {
    # One that holds cidr is right: the VPC's own route is the closer one. One inside of it would never be used.
    condition = var.transit_gateway == null ? true : alltrue([
      for pair in setproduct(var.transit_gateway.ranges, compact([var.cidr, try(var.pods.cidr, "")])) :
      try(tonumber(split("/", pair[0])[1]) < tonumber(split("/", pair[1])[1]) || cidrhost("${split("/", pair[0])[0]}/${split("/", pair[1])[1]}", 0) != cidrhost(pair[1], 0), true)
    ])
    error_message = "transit_gateway.ranges may hold cidr and pods.cidr as a part, and may not lie in them."
  }

  validation {
    condition     = var.transit_gateway == null ? true : !contains(var.transit_gateway.ranges, "0.0.0.0/0") || var.nat == "none"
    error_message = "transit_gateway.ranges: 0.0.0.0/0 needs nat \"none\": a zone has one default route."
  }

  validation {
    condition     = var.transit_gateway == null ? true : length(setintersection(var.transit_gateway.ranges, flatten([for peering in values(var.peerings) : peering.ranges]))) == 0 && length(distinct(var.transit_gateway.ranges)) == length(var.transit_gateway.ranges)
    error_message = "transit_gateway.ranges must all differ, from those of the peerings too."
  }
}
