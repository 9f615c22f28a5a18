variable "vpn" {
  description = "Client VPN into the network, or null for none: the range of the clients (their addresses inside the tunnel), and the certificates in ACM of the server and of the authority that signs the clients'. Connections are logged for log_retention_days."
  type = object({
    clients                     = string
    server_certificate_arn      = string
    client_root_certificate_arn = string
    log_retention_days          = optional(number, 90)
  })
  default = null

  validation {
    # https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is-best-practices.html
    condition     = var.vpn == null ? true : can(cidrnetmask(var.vpn.clients)) && try(tonumber(split("/", var.vpn.clients)[1]) >= 12 && tonumber(split("/", var.vpn.clients)[1]) <= 22, false)
    error_message = "vpn.clients must be an IPv4 range between /12 and /22."
  }

  validation {
    # Two ranges overlap when they begin alike, for as many bits as the shorter prefix has.
    condition = var.vpn == null ? true : length(distinct([
      for range in [var.cidr, var.vpn.clients] :
      try(cidrhost("${split("/", range)[0]}/${min(split("/", var.cidr)[1], split("/", var.vpn.clients)[1])}", 0), range)
    ])) == 2
    error_message = "vpn.clients must not overlap the VPC's own range."
  }

  validation {
    condition     = var.vpn == null ? true : alltrue([for arn in [var.vpn.server_certificate_arn, var.vpn.client_root_certificate_arn] : can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", arn))])
    error_message = "vpn: both certificates must be ARNs of certificates in ACM."
  }

  validation {
    # https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/limits.html
    condition     = var.vpn == null ? true : alltrue([for range in try(var.subnets.data, []) : try(tonumber(split("/", range)[1]) <= 26, false)])
    error_message = "vpn needs data subnets of /26 or larger: each keeps twenty addresses free for it."
  }

  validation {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    condition     = var.vpn == null ? true : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.vpn.log_retention_days)
    error_message = "vpn.log_retention_days must be a period that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}
