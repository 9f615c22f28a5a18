# EKS Auto Mode adds machines beside those of the pools. The pools stay: what reaches a color arrives at their Auto Scaling
# groups, and Auto Mode's machines are in none, so that no target group follows them. kube-proxy of a pool's node leads on
# to pods on any node.
locals {
  auto_mode = var.auto_mode ? { this = true } : {}

  # https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
  auto_cluster_policies = toset(var.auto_mode ? [
    "AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
  ] : [])

  # https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html
  auto_node_policies = toset(var.auto_mode ? ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"] : [])
}

resource "aws_iam_role_policy_attachment" "auto_cluster" {
  for_each = local.auto_cluster_policies

  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

# A role of its own: EKS makes the access entry of this one itself, and of another type than that of a pool's.
# https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
resource "aws_iam_role" "auto_node" {
  for_each = local.auto_mode

  name                 = "${local.global_name}-auto-node"
  description          = "Nodes that EKS Auto Mode adds to ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "auto_node" {
  for_each = local.auto_node_policies

  role       = aws_iam_role.auto_node["this"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy" "auto_node_pull_through" {
  count = var.auto_mode && length(var.pull_through_prefixes) > 0 ? 1 : 0

  name   = "pull-through-caches"
  role   = aws_iam_role.auto_node["this"].id
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}

# Off again EKS ends all its machines at once, pods and all, and the provider does not turn off what is no longer asked
# for: https://docs.aws.amazon.com/eks/latest/userguide/auto-disable.html. On or off is another cluster.
resource "terraform_data" "auto_mode" {
  input = var.auto_mode
}
