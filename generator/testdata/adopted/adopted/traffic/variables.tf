# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:65fa787b4f95461cb56c4ade8e4f2fc91da1957acfed5413a846f464a3594da2

variable "colors" {
  description = "The colors that exist: their load balancer, and their share of the traffic. drover writes them to colors.auto.tfvars.json."
  type = map(object({
    dns_name = string
    zone_id  = string
    weight   = number
  }))
}
