# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:30af5b46b12b6bb441cd9dfd2d9b9eaac014d722f72e17ea2e87a74a1a1927c7

variable "colors" {
  description = "The colors that exist: their load balancer, their share of the traffic, and their load balancer for management interfaces if they have one. drover writes them to colors.auto.tfvars.json."
  type = map(object({
    dns_name = string
    zone_id  = string
    weight   = number
    management = optional(object({
      domain   = string
      dns_name = string
      zone_id  = string
    }))
  }))
}
