variable "domain" {
  description = "Domain that the cluster serves; its wildcard goes the same way."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$", var.domain))
    error_message = "domain must be a domain in lower case, like shop.example.com, without a dot at its end."
  }
}

variable "zone_id" {
  description = "Id of the domain's Route 53 zone."
  type        = string
}

# A color that is left out has no record, and nobody is led to it. Leave out a color until it is verified: a record at
# weight 0 is no safe place for it, as Route 53 answers with it once every record above 0 is unhealthy.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
variable "colors" {
  description = "The colors that may get traffic, with their load balancer and their share of it; whether clients are led to it by IPv6 too; whether the health check probes the color (by default if its weight is above 0); and where a color has one, its load balancer for management interfaces, with their domain."
  type = map(object({
    dns_name = string
    zone_id  = string
    weight   = number
    ipv6     = optional(bool, false)
    probe    = optional(bool)
    management = optional(object({
      domain   = string
      dns_name = string
      zone_id  = string
    }))
  }))

  validation {
    condition     = alltrue([for color in keys(var.colors) : contains(["blue", "green"], color)])
    error_message = "colors may hold \"blue\" and \"green\"."
  }

  validation {
    condition     = alltrue([for color in values(var.colors) : color.weight >= 0 && color.weight <= 255 && floor(color.weight) == color.weight])
    error_message = "colors: weight must be a whole number between 0 and 255."
  }

  # Its records are in the domain's zone.
  validation {
    condition     = alltrue([for color in values(var.colors) : color.management == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+$", trimsuffix(try(color.management.domain, ""), var.domain)))])
    error_message = "colors: management.domain must be a domain in lower case below domain, like ops.shop.example.com below shop.example.com."
  }
}

variable "health_check" {
  description = "Health check on each color's own host name. Route 53 asks from anywhere on the internet, so it can be enabled only for load balancers that are open to all."
  type = object({
    enabled = optional(bool, true)
    type    = optional(string, "TCP")
    path    = optional(string, "/")
    port    = optional(number, 443)
  })
  default = {}

  validation {
    condition     = contains(["HTTP", "HTTPS", "TCP"], var.health_check.type)
    error_message = "health_check.type must be \"HTTP\", \"HTTPS\" or \"TCP\"."
  }

  validation {
    condition     = startswith(var.health_check.path, "/")
    error_message = "health_check.path must start with a slash."
  }

  validation {
    condition     = var.health_check.port >= 1 && var.health_check.port <= 65535
    error_message = "health_check.port must be between 1 and 65535."
  }
}

variable "tags" {
  description = "Tags for every resource, beside the provider's default tags."
  type        = map(string)
  default     = {}
}
