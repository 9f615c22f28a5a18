variable "egress" {
  description = "What the colors reach outside. \"open\": everything. \"restricted\": by TLS and HTTP the hosts in allow (.example.com is a domain and all below it) and by UDP the ranges and ports in udp, by a firewall with a subnet in every zone; NAT gateways then have subnets of their own. What is dropped is logged for log_retention_days."
  type = object({
    mode  = optional(string, "open")
    allow = optional(list(string), [])
    udp = optional(list(object({
      cidr = string
      port = number
    })), [])
    firewall_subnets   = optional(list(string), [])
    nat_subnets        = optional(list(string), [])
    log_retention_days = optional(number, 30)
  })
  default = {}

  validation {
    condition     = contains(["open", "restricted"], var.egress.mode)
    error_message = "egress.mode must be \"open\" or \"restricted\"."
  }

  validation {
    condition     = var.egress.mode == "restricted" ? length(var.egress.allow) >= 1 && length(var.egress.allow) <= 500 : length(var.egress.allow) == 0
    error_message = "egress.allow must name 1 to 500 hosts when mode is \"restricted\", and none when it is \"open\"."
  }

  validation {
    condition     = alltrue([for name in var.egress.allow : can(regex("^\\.?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "egress.allow must hold host names like \"ghcr.io\", or \".example.com\" for a domain and all below it."
  }

  validation {
    condition     = length(var.egress.udp) <= 100 && (var.egress.mode == "restricted" || length(var.egress.udp) == 0)
    error_message = "egress.udp must have 100 rules at most, and none unless mode is \"restricted\"."
  }

  validation {
    condition     = alltrue([for rule in var.egress.udp : can(cidrnetmask(rule.cidr)) && try(tonumber(split("/", rule.cidr)[1]) > 0, false) && rule.port >= 1 && rule.port <= 65535 && floor(rule.port) == rule.port])
    error_message = "egress.udp must hold IPv4 ranges like 203.0.113.0/24, never all addresses, and a port each from 1 to 65535."
  }

  validation {
    condition     = var.egress.mode != "restricted" || var.nat != "none"
    error_message = "egress.mode \"restricted\" needs NAT gateways: without them nothing leaves at all."
  }

  validation {
    condition = var.egress.mode != "restricted" || alltrue([
      for ranges in [var.egress.firewall_subnets, var.egress.nat_subnets] : length(ranges) == length(try(var.subnets.public, []))
    ])
    error_message = "egress.firewall_subnets and egress.nat_subnets must hold one range for each zone."
  }

  validation {
    condition     = alltrue([for range in concat(var.egress.firewall_subnets, var.egress.nat_subnets) : can(cidrnetmask(range)) && try(tonumber(split("/", range)[1]) <= 28, false)])
    error_message = "egress.firewall_subnets and egress.nat_subnets must be IPv4 ranges, /28 or larger, which is what a firewall and a NAT gateway need."
  }

  validation {
    condition     = length(setintersection(concat(var.egress.firewall_subnets, var.egress.nat_subnets), flatten(try(values(var.subnets), [])))) == 0 && length(distinct(concat(var.egress.firewall_subnets, var.egress.nat_subnets))) == length(concat(var.egress.firewall_subnets, var.egress.nat_subnets))
    error_message = "egress.firewall_subnets and egress.nat_subnets must differ from each other and from every range in subnets."
  }

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.egress.log_retention_days)
    error_message = "egress.log_retention_days must be a period that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}
