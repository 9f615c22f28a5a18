variable "cidr" {
  description = "Address range of the VPC. Every subnet lies in it."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 28, false)
    error_message = "cidr must be an IPv4 range between /16 and /28, which is what a VPC can hold."
  }
}

variable "subnets" {
  description = "Address ranges of the subnets by tier, one for each zone; a range's position in its list is the index of its zone. Blue and green never share a subnet. Null only with adopt.subnets."
  type = object({
    public = list(string)
    data   = list(string)
    blue   = list(string)
    green  = list(string)
  })
  default = null

  validation {
    condition     = (var.subnets == null) == (try(var.adopt.subnets, null) != null)
    error_message = "subnets must be given, unless adopt.subnets is, and then not."
  }

  validation {
    condition     = var.subnets == null ? true : length(var.subnets.public) >= 2 && length(var.subnets.public) <= 6
    error_message = "subnets must span 2 to 6 zones: EKS and RDS need two, and no region has more than six."
  }

  validation {
    condition     = var.subnets == null ? true : length(distinct([for ranges in values(var.subnets) : length(ranges)])) == 1
    error_message = "subnets must hold as many ranges in public, data, blue and green: one for each zone."
  }

  validation {
    condition     = var.subnets == null ? true : alltrue([for range in flatten(values(var.subnets)) : can(cidrnetmask(range))])
    error_message = "subnets must be IPv4 ranges like 10.20.0.0/20."
  }

  validation {
    condition     = var.subnets == null ? true : length(distinct(flatten(values(var.subnets)))) == length(flatten(values(var.subnets)))
    error_message = "subnets must all differ: blue, green, data and public share no range."
  }
}

variable "ipv6" {
  description = "Whether the network has IPv6 beside IPv4: the VPC a /56 of Amazon's, the public subnets and those of the colors a /64 of it each, and private subnets a way out by IPv6 as they have one by IPv4. Adopted subnets have to have theirs."
  type        = bool
  default     = false

  validation {
    condition     = !var.ipv6 || var.egress.mode == "open"
    error_message = "ipv6 needs egress.mode \"open\": what leaves by the egress-only gateway comes back past the firewall, which would see one direction only."
  }

  validation {
    condition     = !var.ipv6 || var.pods == null
    error_message = "ipv6 needs no pods: pods have addresses of IPv6, of which there are enough, and the network plugin takes no subnets of their own then."
  }

  validation {
    condition     = !var.ipv6 || var.adopt == null || try(var.adopt.subnets, null) != null
    error_message = "ipv6 in an adopted VPC needs adopt.subnets: which parts of its IPv6 range are free is known to its owner alone."
  }
}

variable "zones" {
  description = "Names of the availability zones, in the order of the subnets. Empty: the first of the region, by name, that need no opt-in."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.zones) == 0 || length(var.zones) == length(try(var.subnets.public, []))
    error_message = "zones must be empty or name one zone for each subnet of a tier."
  }

  validation {
    condition     = length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must all differ."
  }
}

variable "nat" {
  description = "NAT gateways: \"per-zone\" survives the loss of a zone, \"single\" is cheaper, \"none\" leaves the private subnets without a way out."
  type        = string
  default     = "per-zone"

  validation {
    condition     = contains(["per-zone", "single", "none"], var.nat)
    error_message = "nat must be \"per-zone\", \"single\" or \"none\"."
  }
}

variable "endpoints" {
  description = "AWS services reached inside the VPC, by the last part of their service name (\"ecr.api\"). s3 and dynamodb become gateways, which cost nothing; the others interfaces."
  type        = list(string)
  default     = ["s3"]

  validation {
    condition     = alltrue([for service in var.endpoints : can(regex("^[a-z0-9][a-z0-9.-]*$", service))])
    error_message = "endpoints must be service names like \"s3\", \"ecr.api\" or \"sts\"."
  }

  validation {
    condition     = length(distinct(var.endpoints)) == length(var.endpoints)
    error_message = "endpoints must name each service once."
  }
}

variable "flow_logs_retention_days" {
  description = "Days that the network's flow logs are kept; 0 turns them off."
  type        = number
  default     = 30

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_logs_retention_days)
    error_message = "flow_logs_retention_days must be 0 or a period that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "flow_logs_to" {
  description = "Where the network's flow logs go: \"s3\", a bucket of their own, or \"cloudwatch\", which costs about ten times as much and can be asked at once."
  type        = string
  default     = "s3"

  validation {
    condition     = contains(["s3", "cloudwatch"], var.flow_logs_to)
    error_message = "flow_logs_to must be \"s3\" or \"cloudwatch\"."
  }
}

variable "domain" {
  description = "Domain that the cluster serves; the zone is for exactly this name."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", var.domain)) && length(var.domain) <= 240
    error_message = "domain must be a lower-case domain name like shop.example.com, without a dot at its end."
  }
}

variable "zone" {
  description = "\"create\" makes the Route 53 zone of the domain, \"adopt\" uses the one that exists."
  type        = string
  default     = "create"

  validation {
    condition     = contains(["create", "adopt"], var.zone)
    error_message = "zone must be \"create\" or \"adopt\"."
  }
}

variable "zone_id" {
  description = "Id of the zone that is adopted; null finds it by the domain. Needed where the domain has several zones."
  type        = string
  default     = null

  validation {
    condition     = var.zone_id == null ? true : can(regex("^Z[0-9A-Z]{1,31}$", var.zone_id))
    error_message = "zone_id must be the id of a Route 53 zone, like Z0123456789ABCDEFGHIJ."
  }

  validation {
    condition     = var.zone_id == null || var.zone == "adopt"
    error_message = "zone_id is for zone \"adopt\" only."
  }
}

variable "visibility" {
  description = "\"public\": the zone answers everyone. \"internal\": it is private and answers inside the VPC only."
  type        = string
  default     = "public"

  validation {
    condition     = contains(["public", "internal"], var.visibility)
    error_message = "visibility must be \"public\" or \"internal\"."
  }
}
