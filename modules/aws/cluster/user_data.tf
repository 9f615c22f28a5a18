# What a pool's nodes are told when they start, beside what EKS tells them. EKS merges it into its own.
# https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
locals {
  kubelets = {
    for name, pool in var.node_pools : name => { for key, value in {
      maxPods                     = pool.kubelet.max_pods
      kubeReserved                = length(pool.kubelet.kube_reserved) > 0 ? pool.kubelet.kube_reserved : null
      systemReserved              = length(pool.kubelet.system_reserved) > 0 ? pool.kubelet.system_reserved : null
      imageGCHighThresholdPercent = try(pool.kubelet.image_gc.high, null)
      imageGCLowThresholdPercent  = try(pool.kubelet.image_gc.low, null)
    } : key => value if value != null }
  }

  # AL2023 is configured by nodeadm, whose documents are parts of a MIME archive. JSON is YAML, too, and has no line
  # break that could end the part.
  # https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
  node_configs = {
    for name, kubelet in local.kubelets : name => jsonencode({
      apiVersion = "node.eks.aws/v1alpha1"
      kind       = "NodeConfig"
      spec       = { kubelet = { config = kubelet } }
    }) if length(kubelet) > 0
  }

  mime = {
    for name, config in local.node_configs : name => join("\n", [
      "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=\"drover\"",
      "",
      "--drover",
      "Content-Type: application/node.eks.aws",
      "",
      config,
      "--drover--",
      "",
    ])
  }

  # Bottlerocket's settings are TOML, in which strings are written as in JSON. Percentages are strings there.
  # https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
  toml_settings = {
    for name, pool in var.node_pools : name => merge(
      { for key, value in { max-pods = pool.kubelet.max_pods } : "settings.kubernetes.${key}" => jsonencode(value) if value != null },
      { for key, value in { image-gc-high-threshold-percent = try(pool.kubelet.image_gc.high, null), image-gc-low-threshold-percent = try(pool.kubelet.image_gc.low, null) } :
      "settings.kubernetes.${key}" => jsonencode(tostring(value)) if value != null },
      { for what, amount in pool.kubelet.kube_reserved : "settings.kubernetes.kube-reserved.${what}" => jsonencode(amount) },
      { for what, amount in pool.kubelet.system_reserved : "settings.kubernetes.system-reserved.${what}" => jsonencode(amount) },
    )
  }

  toml = {
    for name, settings in local.toml_settings : name => join("\n", [for key, value in settings : "${key} = ${value}"]) if length(settings) > 0
  }

  user_data = {
    for name, pool in var.node_pools : name => try(pool.os == "bottlerocket" ? local.toml[name] : local.mime[name], null)
  }
}
