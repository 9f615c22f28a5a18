# EKS Auto Mode: all of it or nothing of it, beside the pools.

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

run "without_auto_mode_there_is_nothing_of_it" {
  command = plan

  assert {
    condition     = length(aws_eks_cluster.this.compute_config) + length(aws_eks_cluster.this.storage_config) + length(aws_iam_role.auto_node) + length(aws_iam_role_policy_attachment.auto_cluster) == 0
    error_message = "Auto Mode must be a choice."
  }

  assert {
    condition     = data.aws_iam_policy_document.cluster_trust.statement[0].actions == toset(["sts:AssumeRole"])
    error_message = "Only Auto Mode needs tags on the sessions of the cluster's role."
  }
}

run "auto_mode_has_all_three_of_its_parts_and_what_they_need" {
  command = apply

  variables {
    auto_mode             = true
    pull_through_prefixes = { quay = "shop/quay" }
    permissions_boundary  = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = aws_eks_cluster.this.compute_config[0].enabled && aws_eks_cluster.this.storage_config[0].block_storage[0].enabled && aws_eks_cluster.this.kubernetes_network_config[0].elastic_load_balancing[0].enabled && !aws_eks_cluster.this.bootstrap_self_managed_addons
    error_message = "EKS takes compute, storage and load balancing together, and without add-ons of its own."
  }

  assert {
    condition     = aws_eks_cluster.this.compute_config[0].node_role_arn == aws_iam_role.auto_node["this"].arn && aws_eks_cluster.this.compute_config[0].node_pools == toset(["general-purpose"])
    error_message = "EKS takes a role and a node pool together."
  }

  assert {
    condition     = keys(aws_iam_role_policy_attachment.auto_cluster) == ["AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"] && data.aws_iam_policy_document.cluster_trust.statement[0].actions == toset(["sts:AssumeRole", "sts:TagSession"])
    error_message = "The cluster's role must have what Auto Mode needs."
  }

  assert {
    condition     = keys(aws_iam_role_policy_attachment.auto_node) == ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"] && length(aws_iam_role_policy.auto_node_pull_through) == 1 && aws_iam_role.auto_node["this"].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "Auto Mode's nodes must join, pull images and fill the caches, and do no more."
  }

  assert {
    condition     = length(aws_eks_node_group.this) == 1 && length(aws_autoscaling_attachment.this) == 2
    error_message = "The pools must stay behind the load balancer."
  }
}

run "auto_mode_and_karpenter_exclude_each_other" {
  command = plan

  variables {
    auto_mode = true
    karpenter = {}
  }

  expect_failures = [var.auto_mode]
}

run "auto_mode_has_no_pods_in_subnets_of_their_own" {
  command = plan

  variables {
    auto_mode   = true
    pod_subnets = { eu-west-1a = "subnet-q0", eu-west-1b = "subnet-q1", eu-west-1c = "subnet-q2" }
  }

  expect_failures = [var.auto_mode]
}
