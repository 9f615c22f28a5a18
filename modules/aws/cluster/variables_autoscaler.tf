variable "cluster_autoscaler" {
  description = "Where the Cluster Autoscaler runs in the cluster, if it is to move the node pools between min and max: it gets its role. Null makes nothing."
  type = object({
    namespace       = optional(string, "kube-system")
    service_account = optional(string, "cluster-autoscaler")
  })
  default = null

  validation {
    condition     = var.cluster_autoscaler == null || alltrue([for name in [try(var.cluster_autoscaler.namespace, ""), try(var.cluster_autoscaler.service_account, "")] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "cluster_autoscaler: namespace and service_account must be names that Kubernetes takes, like \"kube-system\" and \"cluster-autoscaler\"."
  }
}

variable "auto_mode" {
  description = "Whether EKS Auto Mode adds nodes beside those of the pools, from its node pool general-purpose and those that are made in the cluster. A change is another cluster."
  type        = bool
  default     = false

  validation {
    condition     = !var.auto_mode || var.karpenter == null
    error_message = "auto_mode and karpenter exclude each other: both would add nodes for the same pods."
  }

  # https://docs.aws.amazon.com/eks/latest/userguide/auto-networking.html
  validation {
    condition     = !var.auto_mode || length(var.pod_subnets) == 0
    error_message = "auto_mode must be false with pod_subnets: Auto Mode gives pods addresses of their nodes' subnets."
  }
}
