# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:9eb86a994bc3ba1bceb654d5f594a7fe30a3e1a4a95a1a2b01162ba38d083c81

variable "colors" {
  description = "The colors that may get traffic: their load balancer, their share of the traffic, whether they are reached by IPv6 too, whether the platform probes them, and their load balancer for management interfaces if they have one. drover writes them to colors.auto.tfvars.json."
  type = map(object({
    dns_name = string
    zone_id  = string
    weight   = number
    ipv6     = optional(bool)
    probe    = optional(bool)
    management = optional(object({
      domain   = string
      dns_name = string
      zone_id  = string
    }))
  }))
}
