variable "karpenter" {
  description = "Where Karpenter runs in the cluster, if it is to add nodes to those of the pools: it gets its queue, rules, roles and access. Null makes nothing."
  type = object({
    namespace       = optional(string, "kube-system")
    service_account = optional(string, "karpenter")
  })
  default = null

  validation {
    condition     = var.karpenter == null || alltrue([for name in [try(var.karpenter.namespace, ""), try(var.karpenter.service_account, "")] : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "karpenter: namespace and service_account must be names that Kubernetes takes, like \"kube-system\" and \"karpenter\"."
  }
}
