# Node pools, and what a node may do.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "shop"
  color              = "blue"
  kubernetes_version = "1.33"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-b0", "subnet-b1", "subnet-b2"]
  public_subnet_ids  = ["subnet-p0", "subnet-p1", "subnet-p2"]
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group          = "/aws/eks/shop-blue/cluster"
  domain             = "shop.example.com"
  zone_id            = "Z1"
  node_pools = {
    general = { machines = ["m7i.large", "m6i.large"], min = 3, max = 12 }
  }
}

run "nodes_use_the_second_version_of_the_metadata_service" {
  command = plan

  assert {
    condition     = aws_launch_template.node["general"].metadata_options[0].http_tokens == "required" && aws_launch_template.node["general"].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "A pod must not be able to take its node's credentials."
  }

  assert {
    condition     = aws_launch_template.node["general"].block_device_mappings[0].ebs[0].encrypted == "true" && aws_launch_template.node["general"].block_device_mappings[0].ebs[0].volume_type == "gp3" && aws_launch_template.node["general"].block_device_mappings[0].ebs[0].volume_size == 80
    error_message = "A node's disk must be encrypted, and 80 GiB by default."
  }

  assert {
    condition     = toset([for specification in aws_launch_template.node["general"].tag_specifications : specification.resource_type if specification.tags["drover:color"] == "blue"]) == toset(["instance", "network-interface", "volume"])
    error_message = "What EC2 makes must carry the provider's default tags."
  }
}

run "pool_becomes_a_node_group" {
  command = plan

  variables {
    node_pools = {
      general = { machines = ["m7i.large", "m6i.large"], min = 3, max = 12 }
      batch = {
        machines = ["m7g.xlarge", "m6g.xlarge"]
        capacity = "spot"
        min      = 0
        max      = 20
        disk_gib = 120
        labels   = { workload = "batch" }
        taints = [
          { key = "workload", value = "batch", effect = "NoSchedule" },
          { key = "spot", effect = "PreferNoSchedule" },
          { key = "drain", effect = "NoExecute" },
        ]
      }
      vision = { machines = ["g6.xlarge"], min = 0, max = 4 }
    }
  }

  assert {
    condition     = { for pool, group in aws_eks_node_group.this : pool => group.capacity_type } == { batch = "SPOT", general = "ON_DEMAND", vision = "ON_DEMAND" }
    error_message = "Spot must be spot."
  }

  assert {
    condition     = { for pool, group in aws_eks_node_group.this : pool => group.ami_type } == { batch = "AL2023_ARM_64_STANDARD", general = "AL2023_x86_64_STANDARD", vision = "AL2023_x86_64_NVIDIA" }
    error_message = "The image must fit the machines' processors."
  }

  assert {
    condition     = { for taint in aws_eks_node_group.this["batch"].taint : taint.key => taint.effect } == { drain = "NO_EXECUTE", spot = "PREFER_NO_SCHEDULE", workload = "NO_SCHEDULE" }
    error_message = "Taints must be in EKS' spelling."
  }

  assert {
    condition     = aws_eks_node_group.this["batch"].scaling_config[0].min_size == 0 && aws_eks_node_group.this["batch"].scaling_config[0].max_size == 20 && aws_eks_node_group.this["general"].scaling_config[0].desired_size == 3
    error_message = "A pool must start at its least, and grow to its most."
  }

  assert {
    condition     = aws_eks_node_group.this["batch"].labels.workload == "batch" && aws_launch_template.node["batch"].block_device_mappings[0].ebs[0].volume_size == 120
    error_message = "Labels and disks must be as asked for."
  }

  assert {
    condition     = alltrue([for group in values(aws_eks_node_group.this) : group.subnet_ids == toset(var.subnet_ids)])
    error_message = "Nodes must be in all of the color's subnets, and in no other."
  }
}

run "families_are_told_apart" {
  command = plan

  variables {
    node_pools = {
      graviton-network = { machines = ["c7gn.large"], min = 1, max = 2 }
      graviton-disk    = { machines = ["im4gn.large"], min = 1, max = 2 }
      intel-gpu        = { machines = ["g4dn.xlarge"], min = 1, max = 2 }
      graviton-gpu     = { machines = ["g5g.xlarge"], min = 1, max = 2 }
      memory           = { machines = ["r7iz.large"], min = 1, max = 2 }
      amd-gpu          = { machines = ["g4ad.xlarge"], min = 1, max = 2 }
      training         = { machines = ["trn1.2xlarge"], min = 1, max = 2 }
    }
  }

  assert {
    condition = { for pool, group in aws_eks_node_group.this : pool => group.ami_type } == {
      amd-gpu          = "AL2023_x86_64_STANDARD"
      graviton-disk    = "AL2023_ARM_64_STANDARD"
      graviton-gpu     = "AL2023_ARM_64_NVIDIA"
      graviton-network = "AL2023_ARM_64_STANDARD"
      intel-gpu        = "AL2023_x86_64_NVIDIA"
      memory           = "AL2023_x86_64_STANDARD"
      training         = "AL2023_x86_64_NEURON"
    }
    error_message = "The image must fit the machines' processors."
  }
}

run "nodes_fill_the_caches_they_are_told_and_no_others" {
  command = plan

  variables {
    pull_through_prefixes = { quay = "shop/quay" }
  }

  assert {
    condition     = data.aws_iam_policy_document.node_pull_through[0].statement[0].resources == toset(["arn:aws:ecr:eu-west-1:123456789012:repository/shop/quay/*"])
    error_message = "Nodes may make repositories under a cache's prefix only."
  }
}

run "no_cache_no_right" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy.node_pull_through) == 0 && length(aws_iam_role_policy_attachment.node) == 2
    error_message = "Without a cache, a node may pull images and join, and nothing else."
  }
}

run "bottlerocket_keeps_images_on_its_second_disk" {
  command = plan

  variables {
    node_pools = {
      general = { machines = ["m7i.large"], min = 1, max = 2 }
      safe    = { machines = ["m7g.large"], os = "bottlerocket", min = 1, max = 2, disk_gib = 120 }
      vision  = { machines = ["g6.xlarge"], os = "bottlerocket", min = 0, max = 2 }
    }
  }

  assert {
    condition     = { for pool, group in aws_eks_node_group.this : pool => group.ami_type } == { general = "AL2023_x86_64_STANDARD", safe = "BOTTLEROCKET_ARM_64", vision = "BOTTLEROCKET_x86_64_NVIDIA" }
    error_message = "The image must be of the pool's system and processors."
  }

  assert {
    condition = { for pool, template in aws_launch_template.node : pool => join(" ", [for mapping in template.block_device_mappings : "${mapping.device_name}=${mapping.ebs[0].volume_size}"]) } == {
      general = "/dev/xvda=80"
      safe    = "/dev/xvda=4 /dev/xvdb=120"
      vision  = "/dev/xvda=4 /dev/xvdb=80"
    }
    error_message = "disk_gib must be that of the disk with the images."
  }

  assert {
    condition     = alltrue(flatten([for template in values(aws_launch_template.node) : [for mapping in template.block_device_mappings : mapping.ebs[0].encrypted == "true" && mapping.ebs[0].kms_key_id == var.kms_key_arn]]))
    error_message = "Every disk must be encrypted with the cluster's key."
  }
}

run "pool_stays_in_its_zones_and_updates_at_its_own_pace" {
  command = plan

  variables {
    node_pools = {
      general = { machines = ["m7i.large"], min = 3, max = 12 }
      data    = { machines = ["r7i.large"], min = 1, max = 2, zones = [3, 1], max_unavailable = "1" }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["data"].subnet_ids == toset(["subnet-b0", "subnet-b2"]) && aws_eks_node_group.this["general"].subnet_ids == toset(var.subnet_ids)
    error_message = "A pool must be in the zones that it names, or in all."
  }

  assert {
    condition     = aws_eks_node_group.this["data"].update_config[0].max_unavailable == 1 && aws_eks_node_group.this["data"].update_config[0].max_unavailable_percentage == null
    error_message = "A number of nodes must be a number."
  }

  assert {
    condition     = aws_eks_node_group.this["general"].update_config[0].max_unavailable_percentage == 33 && aws_eks_node_group.this["general"].update_config[0].max_unavailable == null
    error_message = "A third of a pool must be replaced at a time by default."
  }
}

run "sessions_on_nodes_need_no_more_than_they_use" {
  command = plan

  variables {
    karpenter = {}
  }

  assert {
    condition     = flatten([for statement in data.aws_iam_policy_document.node_sessions[0].statement : tolist(statement.actions)]) == ["ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
    error_message = "A node may open sessions, and read no parameter."
  }

  assert {
    condition     = length(aws_iam_role_policy.node_sessions) == 1 && length(aws_iam_role_policy.karpenter_node_sessions) == 1
    error_message = "Nodes of pools and of Karpenter's must take sessions."
  }
}

run "sessions_can_be_off" {
  command = plan

  variables {
    node_sessions = false
  }

  assert {
    condition     = length(aws_iam_role_policy.node_sessions) + length(aws_iam_role_policy.karpenter_node_sessions) + length(data.aws_iam_policy_document.node_sessions) == 0
    error_message = "Without sessions the nodes must have no right for them."
  }
}

run "pool_with_policies_has_a_role_of_its_own" {
  command = apply

  variables {
    pull_through_prefixes = { quay = "shop/quay" }
    node_pools = {
      general = { machines = ["m7i.large"], min = 3, max = 12 }
      gpu = {
        machines = ["g6.xlarge"]
        min      = 0
        max      = 4
        policies = {
          managed    = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"]
          statements = [{ actions = ["s3:GetObject"], resources = ["arn:aws:s3:::models/*"] }]
        }
      }
    }
  }

  override_resource {
    target = aws_iam_role.pool
    values = { arn = "arn:aws:iam::123456789012:role/of-the-pool" }
  }

  assert {
    condition     = { for pool, group in aws_eks_node_group.this : pool => group.node_role_arn } == { general = aws_iam_role.node.arn, gpu = "arn:aws:iam::123456789012:role/of-the-pool" }
    error_message = "The rights of one pool must not be those of another."
  }

  assert {
    condition = toset([for attachment in values(aws_iam_role_policy_attachment.pool) : attachment.policy_arn]) == toset([
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly", "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]) && alltrue([for attachment in values(aws_iam_role_policy_attachment.pool) : attachment.role == aws_iam_role.pool["gpu"].name])
    error_message = "The pool's role must have what every node needs, and what the pool names, once."
  }

  assert {
    condition     = data.aws_iam_policy_document.pool["gpu"].statement[0].resources == toset(["arn:aws:s3:::models/*"]) && keys(aws_iam_role_policy.pool_pull_through) == ["gpu"] && keys(aws_iam_role_policy.pool_sessions) == ["gpu"] && length(aws_iam_role.pool["gpu"].name) <= 64
    error_message = "The pool's role must have its statements, fill the caches and take sessions as others do, and its name must fit."
  }
}

run "kubelet_is_told_what_the_pool_says" {
  command = plan

  variables {
    node_pools = {
      general = { machines = ["m7i.large"], min = 3, max = 12 }
      dense = {
        machines = ["m7i.large"]
        min      = 0
        max      = 4
        kubelet = {
          max_pods        = 58
          kube_reserved   = { cpu = "250m", memory = "1Gi", ephemeral-storage = "2Gi" }
          system_reserved = { memory = "512Mi" }
          image_gc        = { high = 80, low = 70 }
        }
      }
      rocket = {
        machines = ["m7i.large"]
        os       = "bottlerocket"
        min      = 0
        max      = 4
        kubelet  = { max_pods = 58, kube_reserved = { cpu = "250m" }, image_gc = { high = 80, low = 70 } }
      }
    }
  }

  assert {
    condition     = local.user_data["general"] == null
    error_message = "A pool that says nothing must have what EKS gives it."
  }

  assert {
    condition = jsondecode(regex("(?s)\nContent-Type: application/node.eks.aws\n\n([^\n]+)\n--drover--\n$", base64decode(aws_launch_template.node["dense"].user_data))[0]) == {
      apiVersion = "node.eks.aws/v1alpha1"
      kind       = "NodeConfig"
      spec = { kubelet = { config = {
        imageGCHighThresholdPercent = 80
        imageGCLowThresholdPercent  = 70
        kubeReserved                = { cpu = "250m", ephemeral-storage = "2Gi", memory = "1Gi" }
        maxPods                     = 58
        systemReserved              = { memory = "512Mi" }
      } } }
    }
    error_message = "AL2023 must get a NodeConfig, in a part of a MIME archive."
  }

  assert {
    condition     = startswith(base64decode(aws_launch_template.node["dense"].user_data), "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"drover\"\n\n--drover\n")
    error_message = "EKS must be able to merge it into its own."
  }

  assert {
    condition = base64decode(aws_launch_template.node["rocket"].user_data) == join("\n", [
      "settings.kubernetes.image-gc-high-threshold-percent = \"80\"",
      "settings.kubernetes.image-gc-low-threshold-percent = \"70\"",
      "settings.kubernetes.kube-reserved.cpu = \"250m\"",
      "settings.kubernetes.max-pods = 58",
    ])
    error_message = "Bottlerocket must get settings."
  }
}

run "images_of_ones_own_are_told_how_to_join" {
  command = apply

  variables {
    services_cidr = "172.20.0.0/17"
    node_pools = {
      general = { machines = ["m7i.large"], min = 3, max = 12, user_data = "#!/bin/bash\necho '--drover--'\n" }
      own = {
        machines  = ["m7i.large"]
        min       = 0
        max       = 4
        image     = "ami-0a1b2c3d4e5f60718"
        user_data = "#cloud-config\nruncmd: []\n"
        labels    = { "example.com/kind" = "own", tier = "b" }
        taints    = [{ key = "own", value = "x", effect = "NoSchedule" }, { key = "own", effect = "NoExecute" }]
        kubelet   = { max_pods = 29 }
      }
      rocket = {
        machines = ["m7i.large"]
        os       = "bottlerocket"
        min      = 0
        max      = 4
        image    = "ami-0a1b2c3d4e5f60719"
        labels   = { "example.com/kind" = "own" }
        taints   = [{ key = "own", value = "x", effect = "NoSchedule" }, { key = "own", effect = "NoExecute" }]
      }
    }
  }

  assert {
    condition     = { for pool, group in aws_eks_node_group.this : pool => group.ami_type } == { general = "AL2023_x86_64_STANDARD", own = "CUSTOM", rocket = "CUSTOM" } && { for pool, template in aws_launch_template.node : pool => template.image_id if var.node_pools[pool].image != null } == { own = "ami-0a1b2c3d4e5f60718", rocket = "ami-0a1b2c3d4e5f60719" }
    error_message = "An image must be in the launch template, and its kind CUSTOM."
  }

  assert {
    condition = jsondecode(split("\n", base64decode(aws_launch_template.node["own"].user_data))[6]).spec == {
      cluster = { name = "shop-blue", apiServerEndpoint = aws_eks_cluster.this.endpoint, certificateAuthority = "Y2E=", cidr = "172.20.0.0/17" }
      kubelet = { config = { maxPods = 29 }, flags = ["--node-labels=example.com/kind=own,tier=b", "--register-with-taints=own=x:NoSchedule,own=:NoExecute"] }
    }
    error_message = "An image of one's own must be told which cluster it joins, and as what."
  }

  assert {
    condition     = base64decode(regex("\n--drover\nContent-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n([^\n]+)\n--drover--\n$", base64decode(aws_launch_template.node["own"].user_data))[0]) == "#cloud-config\nruncmd: []\n"
    error_message = "What the pool runs must be the part behind EKS' own."
  }

  assert {
    condition     = base64decode(regex("boundary=\"drover\"\n\n--drover\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n([^\n]+)\n--drover--\n$", base64decode(aws_launch_template.node["general"].user_data))[0]) == "#!/bin/bash\necho '--drover--'\n"
    error_message = "A script must be a part of its own that nothing in it can end."
  }

  assert {
    condition = base64decode(aws_launch_template.node["rocket"].user_data) == join("\n", [
      "settings.kubernetes.api-server = \"${aws_eks_cluster.this.endpoint}\"",
      "settings.kubernetes.cluster-certificate = \"Y2E=\"",
      "settings.kubernetes.cluster-name = \"shop-blue\"",
      "settings.kubernetes.node-labels.\"example.com/kind\" = \"own\"",
      "settings.kubernetes.node-taints.\"own\" = [\"x:NoSchedule\",\":NoExecute\"]",
    ])
    error_message = "A Bottlerocket of one's own must be told which cluster it joins, and as what."
  }
}

# Which kinds there are is also in orchestrator/platform/aws/images.go, which asks for their releases.
run "new_groups_start_from_the_releases_that_were_asked_for" {
  command = plan

  variables {
    node_pools = {
      plain   = { machines = ["m7i.large"], min = 3, max = 12 }
      arm     = { machines = ["m7g.xlarge"], min = 0, max = 2 }
      vision  = { machines = ["g6.xlarge"], min = 0, max = 2 }
      games   = { machines = ["g4ad.xlarge"], min = 0, max = 2 }
      armed   = { machines = ["g5g.xlarge"], min = 0, max = 2 }
      neural  = { machines = ["inf2.xlarge"], min = 0, max = 2 }
      stone   = { machines = ["m7i.large"], os = "bottlerocket", min = 0, max = 2 }
      lean    = { machines = ["c7gn.large"], os = "bottlerocket", min = 0, max = 2 }
      deep    = { machines = ["p5.48xlarge"], os = "bottlerocket", min = 0, max = 2 }
      inferno = { machines = ["inf2.xlarge"], os = "bottlerocket", min = 0, max = 2 }
      custom  = { machines = ["m7i.large"], image = "ami-0a1b2c3d4e5f60718", min = 0, max = 2 }
    }
    node_images = {
      AL2023_x86_64_STANDARD     = "1.33.4-20260928"
      AL2023_ARM_64_STANDARD     = "1.33.4-20260927"
      AL2023_x86_64_NVIDIA       = "1.33.4-20260926"
      AL2023_ARM_64_NVIDIA       = "1.33.4-20260925"
      AL2023_x86_64_NEURON       = "1.33.4-20260924"
      BOTTLEROCKET_x86_64        = "1.64.0-7c4f0d2b"
      BOTTLEROCKET_x86_64_NVIDIA = "1.64.0-7c4f0d2c"
    }
  }

  assert {
    condition = { for pool, group in aws_eks_node_group.this : pool => group.release_version if !contains(["custom", "lean"], pool) } == {
      plain = "1.33.4-20260928", arm = "1.33.4-20260927", vision = "1.33.4-20260926", games = "1.33.4-20260928", armed = "1.33.4-20260925", neural = "1.33.4-20260924",
      stone = "1.64.0-7c4f0d2b", deep = "1.64.0-7c4f0d2c", inferno = "1.64.0-7c4f0d2b"
    }
    error_message = "Each group must start from the release of its kind of image."
  }
}

run "a_group_is_made_with_a_release" {
  command = apply

  variables {
    node_pools  = { pinned = { machines = ["m7i.large"], min = 3, max = 12 } }
    node_images = { AL2023_x86_64_STANDARD = "1.33.4-20260928" }
  }
}

run "a_later_release_is_no_change" {
  command = plan

  variables {
    node_pools  = { pinned = { machines = ["m7i.large"], min = 3, max = 12 } }
    node_images = { AL2023_x86_64_STANDARD = "1.33.5-20261028" }
  }

  assert {
    condition     = aws_eks_node_group.this["pinned"].release_version == "1.33.4-20260928"
    error_message = "A group keeps the release that it was made with."
  }
}
