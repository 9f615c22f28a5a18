# What the provider tags everything with. Instances and disks are made by EC2 and not by the
# provider, so the launch templates pass it on.
data "aws_default_tags" "current" {}

locals {
  node_tags = merge(data.aws_default_tags.current.tags, var.tags)

  # Kubernetes' spelling, and EKS'.
  taint_effects = {
    NoExecute        = "NO_EXECUTE"
    NoSchedule       = "NO_SCHEDULE"
    PreferNoSchedule = "PREFER_NO_SCHEDULE"
  }

  # Families that start with g or p and a digit have NVIDIA's processors, but for g4ad, which has
  # AMD's; inf and trn have AWS' own, for which there is an image of AL2023.
  drivers = {
    for name, pool in var.node_pools : name => (
      can(regex("^(g|gr|p)[0-9]", pool.machines[0])) && !startswith(pool.machines[0], "g4ad.") ? "NVIDIA" :
      can(regex("^(inf|trn)[0-9]", pool.machines[0])) && pool.os == "al2023" ? "NEURON" :
      pool.os == "al2023" ? "STANDARD" : ""
    )
  }

  # Graviton families have a g after their generation (m7g, c7gn, g5g). One image serves a pool, so
  # its first machine decides.
  images = {
    for name, pool in var.node_pools : name => pool.image != null ? "CUSTOM" : join("_", compact([
      { al2023 = "AL2023", bottlerocket = "BOTTLEROCKET" }[pool.os],
      can(regex("^[a-z]+[0-9]+g[a-z]*\\.", pool.machines[0])) ? "ARM_64" : "x86_64",
      local.drivers[name],
    ]))
  }

  # AL2023 has everything on its root disk. Bottlerocket's root is the small, read-only system, and
  # images and containers are on a second disk.
  disks = {
    for name, pool in var.node_pools : name => pool.os == "al2023" ? { "/dev/xvda" = pool.disk_gib } : {
      "/dev/xvda"                                                                  = 4
      "/dev/xvdb"                                                                  = pool.disk_gib
    }
  }
}

resource "aws_launch_template" "node" {
  for_each = var.node_pools

  name                   = "${local.cluster}-${each.key}"
  description            = "Nodes of ${local.cluster}, pool ${each.key}"
  update_default_version = true
  image_id               = each.value.image
  user_data              = local.user_data[each.key] == null ? null : base64encode(local.user_data[each.key])

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # One hop ends at the node: a pod cannot take the node's credentials.
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  dynamic "network_interfaces" {
    for_each = local.primary_ipv6

    content {
      device_index          = 0
      primary_ipv6          = true
      ipv6_address_count    = 1
      security_groups       = [network_interfaces.value]
      delete_on_termination = true
    }
  }

  dynamic "block_device_mappings" {
    for_each = local.disks[each.key]

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_size           = block_device_mappings.value
        volume_type           = "gp3"
        encrypted             = true
        kms_key_id            = var.kms_key_arn
        delete_on_termination = true
      }
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "network-interface", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = merge(local.node_tags, { Name = "${local.cluster}-${each.key}" })
    }
  }

  tags = var.tags
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_pools

  cluster_name = aws_eks_cluster.this.name
  # A prefix, because what cannot change in place (the machines, the kind of capacity) makes a new
  # group, whose nodes take over before the old one is drained.
  node_group_name_prefix = "${each.key}-"
  node_role_arn          = local.node_role_arns[each.key]
  # After the control plane, never before. An image of one's own has the version that it has.
  version    = each.value.image == null ? aws_eks_cluster.this.version : null
  subnet_ids = length(each.value.zones) == 0 ? local.subnet_ids : [for zone in each.value.zones : local.subnet_ids[zone - 1]]
  ami_type   = local.images[each.key]
  # The release when the group is made. What replaces its nodes later, such as another disk, has EKS take its newest one:
  # the provider names no release that did not change, and EKS goes to the newest then.
  # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html#AmazonEKS-UpdateNodegroupVersion-request-releaseVersion
  release_version = lookup(var.node_images, local.images[each.key], null)
  capacity_type   = each.value.capacity == "spot" ? "SPOT" : "ON_DEMAND"
  instance_types  = each.value.machines
  labels          = each.value.labels

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable            = endswith(each.value.max_unavailable, "%") ? null : tonumber(each.value.max_unavailable)
    max_unavailable_percentage = endswith(each.value.max_unavailable, "%") ? tonumber(trimsuffix(each.value.max_unavailable, "%")) : null
  }

  node_repair_config {
    enabled = true
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = local.taint_effects[taint.value.effect]
    }
  }

  tags = var.tags

  lifecycle {
    create_before_destroy = true
    # The autoscaler decides how many there are, and a release is one to start with: neither replaces a node.
    ignore_changes = [scaling_config[0].desired_size, release_version]
  }

  depends_on = [
    aws_eks_addon.before_nodes,
    aws_iam_role_policy_attachment.node,
    aws_iam_role_policy_attachment.pool,
  ]
}
