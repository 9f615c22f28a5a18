variable "vpc_id" {
  description = "Id of the VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Ids of this color's private subnets, one a zone: for the control plane's interfaces, the nodes, and internal load balancers."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must hold subnets in two zones at least, which EKS demands."
  }
}

variable "zones" {
  description = "How many zones the color spans: it takes the first of subnet_ids, public_subnet_ids and pod_subnets, so that it stays as it is when the network gets a further one. Null: all that there are."
  type        = number
  default     = null

  validation {
    condition     = var.zones == null ? true : var.zones >= 2 && floor(var.zones) == var.zones
    error_message = "zones must be a whole number, 2 at least, which EKS demands, or null."
  }
}

variable "pod_subnets" {
  description = "Ids of this color's subnets for pods, by the name of the zone, one for each zone of subnet_ids. Empty: pods have addresses of the nodes' subnets."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.pod_subnets) == 0 || length(var.pod_subnets) == length(var.subnet_ids)
    error_message = "pod_subnets must be empty or hold one subnet for each zone: a node in a zone without one would never become ready."
  }

  validation {
    condition     = length(var.pod_subnets) == 0 || var.ip_family != "ipv6"
    error_message = "pod_subnets must be empty with ip_family \"ipv6\", which has addresses enough, and with which EKS takes none."
  }

  validation {
    condition     = length(setintersection(values(var.pod_subnets), var.subnet_ids)) == 0
    error_message = "pod_subnets must be others than subnet_ids."
  }

  validation {
    condition     = length(var.pod_subnets) == 0 || contains(keys(var.addons), "vpc-cni")
    error_message = "pod_subnets needs the add-on vpc-cni, which gives pods their addresses."
  }
}

variable "public_subnet_ids" {
  description = "Ids of the public subnets, one a zone: for public load balancers."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains([var.ingress.visibility, try(var.management.visibility, "internal")], "public") || length(var.public_subnet_ids) >= 2
    error_message = "public_subnet_ids must hold two subnets at least for a public load balancer."
  }
}

variable "ip_family" {
  description = "Family of the addresses of pods and services: \"ipv4\" or \"ipv6\". With ipv6 the subnets have to have ranges of IPv6, nodes have addresses of both families, and the load balancers are reached by both. A change is another cluster."
  type        = string
  default     = "ipv4"

  validation {
    condition     = contains(["ipv4", "ipv6"], var.ip_family)
    error_message = "ip_family must be \"ipv4\" or \"ipv6\"."
  }
}

variable "services_cidr" {
  description = "Address range of the Kubernetes services. Unused with ip_family \"ipv6\", where EKS takes one itself. It exists inside the cluster only, and must overlap nothing that its pods call."
  type        = string
  default     = "172.20.0.0/16"

  validation {
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    condition     = can(cidrnetmask(var.services_cidr)) && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.services_cidr)) && try(tonumber(split("/", var.services_cidr)[1]) >= 12 && tonumber(split("/", var.services_cidr)[1]) <= 24, false)
    error_message = "services_cidr must be a private IPv4 range (10/8, 172.16/12 or 192.168/16) between /12 and /24."
  }
}

variable "ingress" {
  description = "The color's network load balancer: who reaches it, from which ranges, the node ports that the ingress controller listens on, the certificate in ACM by which it ends TLS itself, whether it says by PROXY protocol v2 who the client is, and the bucket that then gets its access log."
  type = object({
    visibility = optional(string, "public")
    allow      = optional(list(string), ["0.0.0.0/0"])
    node_ports = optional(object({
      http  = optional(number, 30080)
      https = optional(number, 30443)
    }), {})
    certificate_arn = optional(string)
    proxy_protocol  = optional(bool, false)
    access_logs = optional(object({
      bucket = string
      prefix = optional(string)
    }))
  })
  default = {}

  validation {
    condition     = contains(["public", "internal"], var.ingress.visibility)
    error_message = "ingress.visibility must be \"public\" or \"internal\"."
  }

  validation {
    condition     = length(var.ingress.allow) > 0 && alltrue([for range in var.ingress.allow : can(cidrnetmask(range)) || (var.ip_family == "ipv6" && strcontains(range, ":") && can(cidrhost(range, 0)))])
    error_message = "ingress.allow must hold at least one range like 0.0.0.0/0; ranges of IPv6, like ::/0, are for ip_family \"ipv6\"."
  }

  validation {
    condition     = alltrue([for port in values(var.ingress.node_ports) : port >= 30000 && port <= 32767]) && var.ingress.node_ports.http != var.ingress.node_ports.https
    error_message = "ingress.node_ports must be two different ports between 30000 and 32767, the range of Kubernetes."
  }

  validation {
    condition     = var.ingress.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.ingress.certificate_arn))
    error_message = "ingress.certificate_arn must be the ARN of a certificate in ACM, like arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111."
  }

  validation {
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
    condition     = var.ingress.access_logs == null || var.ingress.certificate_arn != null
    error_message = "ingress.access_logs needs certificate_arn: a network load balancer logs only connections whose TLS it ends itself."
  }

  validation {
    condition     = try(var.ingress.access_logs.bucket, null) == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.ingress.access_logs.bucket))
    error_message = "ingress.access_logs.bucket must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes."
  }
}

variable "domain" {
  description = "Domain of the cluster; this color answers at <color>.<domain>."
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
