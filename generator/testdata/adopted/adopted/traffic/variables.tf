# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:fb975581ee9bc12e3c56ba7fe0ab08995460b052e832016302ec7db947c49de8

variable "colors" {
  description = "The colors that may get traffic: their load balancer, their share of the traffic, whether the platform probes them, and their load balancer for management interfaces if they have one. drover writes them to colors.auto.tfvars.json."
  type = map(object({
    dns_name = string
    zone_id  = string
    weight   = number
    probe    = optional(bool)
    management = optional(object({
      domain   = string
      dns_name = string
      zone_id  = string
    }))
  }))
}
