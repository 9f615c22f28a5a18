variable "adopt" {
  description = "VPC that exists and is used, or null to make one; cidr is then the part of it that this cluster may use. With subnets, by tier and in the order of the zones, these are used too, and everything that their routes lead to is their owner's."
  type = object({
    vpc_id = string
    subnets = optional(object({
      public = list(string)
      data   = list(string)
      blue   = list(string)
      green  = list(string)
    }))
  })
  default = null

  validation {
    condition     = var.adopt == null ? true : can(regex("^vpc-[0-9a-f]{8,17}$", var.adopt.vpc_id))
    error_message = "adopt.vpc_id must be the id of a VPC, like vpc-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = try(var.adopt.subnets, null) == null ? true : alltrue([for id in flatten(values(var.adopt.subnets)) : can(regex("^subnet-[0-9a-f]{8,17}$", id))])
    error_message = "adopt.subnets must hold ids of subnets, like subnet-0a1b2c3d4e5f60718."
  }

  validation {
    condition     = try(var.adopt.subnets, null) == null ? true : length(distinct([for ids in values(var.adopt.subnets) : length(ids)])) == 1 && length(var.adopt.subnets.public) >= 2 && length(var.adopt.subnets.public) <= 6
    error_message = "adopt.subnets must hold as many subnets in public, data, blue and green, one for each of 2 to 6 zones."
  }

  validation {
    condition     = try(var.adopt.subnets, null) == null ? true : length(distinct(flatten(values(var.adopt.subnets)))) == length(flatten(values(var.adopt.subnets)))
    error_message = "adopt.subnets must all differ: blue, green, data and public share no subnet."
  }
}
