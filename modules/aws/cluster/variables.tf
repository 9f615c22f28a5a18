variable "name" {
  description = "Name of the drover cluster, without its color."
  type        = string

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])+$", var.name)) && length(var.name) <= 40 && !startswith(var.name, "sg-")
    error_message = "name must be 2 to 40 lower-case letters, digits and single dashes, start with a letter, not end with a dash, and not start with sg-, which EC2 keeps for itself."
  }
}

variable "color" {
  description = "Which of the two slots this cluster is: blue or green."
  type        = string

  validation {
    condition     = contains(["blue", "green"], var.color)
    error_message = "color must be \"blue\" or \"green\"."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, like \"1.33\"."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version like \"1.33\", without a patch."
  }
}

variable "support" {
  description = "What happens at the end of the standard support of the version: EKS upgrades the cluster in place (standard), or it goes on with the version and bills more (extended)."
  type        = string
  default     = "standard"

  validation {
    condition     = contains(["standard", "extended"], var.support)
    error_message = "support must be \"standard\" or \"extended\"."
  }
}

variable "zonal_shift" {
  description = "Whether traffic and new nodes can be moved away from a zone that fails, by Amazon Application Recovery Controller."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts Kubernetes secrets and the nodes' disks."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias, like arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111."
  }
}

variable "logs" {
  description = "Logs of the control plane that are kept."
  type        = list(string)
  default     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  validation {
    condition     = alltrue([for log in var.logs : contains(["api", "audit", "authenticator", "controllerManager", "scheduler"], log)])
    error_message = "logs may hold api, audit, authenticator, controllerManager and scheduler."
  }
}

variable "log_group" {
  description = "Name of the log group that the control plane's logs go to, /aws/eks/<name>-<color>/cluster. It must exist before the cluster does: EKS would create it without encryption or an end."
  type        = string
}

variable "addons" {
  description = "EKS add-ons by name. A version pins one (\"v1.20.4-eksbuild.2\"); without it EKS takes its default for the Kubernetes version on the day that the cluster is made. configuration is the JSON of what it is configured with, beside what this module sets."
  type = map(object({
    version       = optional(string)
    configuration = optional(string)
  }))
  default = {
    aws-ebs-csi-driver     = {}
    coredns                = {}
    eks-pod-identity-agent = {}
    kube-proxy             = {}
    metrics-server         = {}
    vpc-cni                = {}
  }

  validation {
    condition     = length(setsubtract(["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"], keys(var.addons))) == 0
    error_message = "addons must hold coredns, eks-pod-identity-agent, kube-proxy and vpc-cni: without one of them no cluster works."
  }

  validation {
    condition     = alltrue([for addon in values(var.addons) : addon.version == null || can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+(-[A-Za-z0-9.]+)*-eksbuild\\.[0-9]+$", addon.version))])
    error_message = "addons: version must be one of EKS' own, like \"v1.20.4-eksbuild.2\", or null."
  }

  validation {
    condition     = alltrue([for addon in values(var.addons) : addon.configuration == null || can(keys(jsondecode(addon.configuration)))])
    error_message = "addons: configuration must be the JSON of an object, or null."
  }

  validation {
    condition     = !contains(keys(try(jsondecode(var.addons["vpc-cni"].configuration), {})), "enableNetworkPolicy")
    error_message = "addons: the configuration of vpc-cni must not hold enableNetworkPolicy: this module sets it."
  }
}

variable "deletion_protection" {
  description = "Whether the load balancers refuse to be deleted. Set it to false, and apply, before destroying this root."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags for every resource, beside the provider's default tags; nodes, disks and network interfaces get both."
  type        = map(string)
  default     = {}
}

variable "permissions_boundary" {
  description = "ARN of the IAM policy that bounds every role made here, or null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy, like arn:aws:iam::123456789012:policy/boundary."
  }
}
