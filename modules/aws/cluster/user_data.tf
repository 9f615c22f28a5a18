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

  # EKS tells its own images which cluster they are of, and with which labels and taints they join; others are told here.
  # https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-custom-ami
  joined = { for name, pool in var.node_pools : name => {
    name                 = aws_eks_cluster.this.name
    apiServerEndpoint    = aws_eks_cluster.this.endpoint
    certificateAuthority = aws_eks_cluster.this.certificate_authority[0].data
    cidr                 = local.ipv6 ? aws_eks_cluster.this.kubernetes_network_config[0].service_ipv6_cidr : aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
  } if pool.image != null }

  join_flags = { for name, pool in var.node_pools : name => [
    for flag, list in {
      node-labels          = [for key, value in pool.labels : "${key}=${value}"]
      register-with-taints = [for taint in pool.taints : "${taint.key}=${taint.value}:${taint.effect}"]
    } : "--${flag}=${join(",", list)}" if length(list) > 0
  ] if pool.image != null }

  # AL2023 is configured by nodeadm, whose documents are parts of a MIME archive. JSON is YAML, too, and has no line
  # break that could end the part. What the pool runs itself is in base64, for the same reason.
  # https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
  node_configs = {
    for name, kubelet in local.kubelets : name => jsonencode({
      apiVersion = "node.eks.aws/v1alpha1"
      kind       = "NodeConfig"
      spec = merge(
        { for key, value in local.joined : "cluster" => value if key == name },
        { kubelet = merge({ config = kubelet }, { for key, value in local.join_flags : "flags" => value if key == name && length(value) > 0 }) },
      )
    }) if length(kubelet) > 0 || var.node_pools[name].image != null
  }

  mime_parts = {
    for name, pool in var.node_pools : name => concat(
      [for key, config in local.node_configs : ["Content-Type: application/node.eks.aws", "", config] if key == name],
      [for text in [pool.user_data] : [
        startswith(text, "#!") ? "Content-Type: text/x-shellscript" : "Content-Type: text/cloud-config", "Content-Transfer-Encoding: base64", "", base64encode(text),
      ] if text != null],
    )
  }

  mime = {
    for name, parts in local.mime_parts : name => join("\n", concat(
      ["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"drover\"", ""],
      flatten([for part in parts : concat(["--drover"], part)]),
      ["--drover--", ""],
    )) if length(parts) > 0
  }

  # Bottlerocket's settings are TOML, in which strings are written as in JSON. Percentages are strings there.
  # https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
  toml_settings = {
    for name, pool in var.node_pools : name => merge(
      { for key, value in { max-pods = pool.kubelet.max_pods } : "settings.kubernetes.${key}" => jsonencode(value) if value != null },
      { for key, value in { image-gc-high-threshold-percent = try(pool.kubelet.image_gc.high, null), image-gc-low-threshold-percent = try(pool.kubelet.image_gc.low, null) } :
      "settings.kubernetes.${key}" => jsonencode(tostring(value)) if value != null },
      { for key, joined in local.joined : "settings.kubernetes.cluster-name" => jsonencode(joined.name) if key == name },
      { for key, joined in local.joined : "settings.kubernetes.api-server" => jsonencode(joined.apiServerEndpoint) if key == name },
      { for key, joined in local.joined : "settings.kubernetes.cluster-certificate" => jsonencode(joined.certificateAuthority) if key == name },
      { for label, value in pool.labels : "settings.kubernetes.node-labels.${jsonencode(label)}" => jsonencode(value) if pool.image != null },
      { for key, taints in { for taint in pool.taints : taint.key => "${taint.value}:${taint.effect}"... } : "settings.kubernetes.node-taints.${jsonencode(key)}" => jsonencode(taints) if pool.image != null },
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
