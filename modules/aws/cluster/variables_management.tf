variable "management" {
  description = "A second network load balancer, for management interfaces alone: their domain, below the cluster's; whether it is public; the ranges and the security groups that reach it; whether it says by PROXY protocol v2 who the client is; and the node ports that what serves them listens on. Null makes none."
  type = object({
    domain         = string
    visibility     = optional(string, "internal")
    allow          = list(string)
    allow_groups   = optional(map(string), {})
    proxy_protocol = optional(bool, false)
    node_ports = optional(object({
      http  = optional(number, 30081)
      https = optional(number, 30444)
    }), {})
  })
  default = null

  # Its records are in the cluster's zone, beside <color>.<domain>, which are names of their own.
  validation {
    condition     = var.management == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+$", trimsuffix(try(var.management.domain, ""), var.domain)))
    error_message = "management.domain must be a domain in lower case below domain, like ops.shop.example.com below shop.example.com."
  }

  validation {
    condition     = var.management == null || !can(regex("(^|\\.)(blue|green)\\.$", trimsuffix(try(var.management.domain, ""), var.domain)))
    error_message = "management.domain must not be one of the colors' own names, blue.<domain> and green.<domain>, nor be below them."
  }

  validation {
    condition     = var.management == null || contains(["public", "internal"], try(var.management.visibility, ""))
    error_message = "management.visibility must be \"public\" or \"internal\"."
  }

  validation {
    condition     = var.management == null || try(length(var.management.allow) > 0 && alltrue([for range in var.management.allow : can(cidrnetmask(range))]), false)
    error_message = "management.allow must hold at least one IPv4 range like 10.0.0.0/16."
  }

  validation {
    condition     = var.management == null || try(alltrue([for port in values(var.management.node_ports) : port >= 30000 && port <= 32767]), false)
    error_message = "management.node_ports must be between 30000 and 32767, the range of Kubernetes."
  }

  validation {
    condition     = var.management == null || length(toset(concat(values(var.ingress.node_ports), try(values(var.management.node_ports), [])))) == 4
    error_message = "management.node_ports must be two different ports, and others than ingress.node_ports."
  }
}
