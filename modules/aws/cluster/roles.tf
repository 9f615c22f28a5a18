# Without the conditions EKS could be had to use the role for another cluster, or for another account.
# https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
data "aws_iam_policy_document" "cluster_trust" {
  statement {
    # Auto Mode says by the tags of its sessions which cluster it acts for, and AWS's policies ask for that.
    # https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
    actions = var.auto_mode ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name                 = "${local.global_name}-cluster"
  description          = "Control plane of ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.cluster_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

data "aws_iam_policy_document" "cluster_key" {
  statement {
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_role_policy" "cluster_key" {
  name   = "encrypt-secrets"
  role   = aws_iam_role.cluster.id
  policy = data.aws_iam_policy_document.cluster_key.json
}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.${data.aws_partition.current.dns_suffix}"]
    }
  }
}

# What the kubelet needs: join the cluster, pull images. Rights of the network plugin and of
# workloads are in roles of their own, so that a pod that escapes to its node finds little.
resource "aws_iam_role" "node" {
  name                 = "${local.global_name}-node"
  description          = "Nodes of ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

locals {
  node_policies    = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
  node_policy_arns = [for name in local.node_policies : "arn:${local.partition}:iam::aws:policy/${name}"]
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = local.node_policies

  role       = aws_iam_role.node.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

# The first pull through a cache makes the repository that it fills.
data "aws_iam_policy_document" "node_pull_through" {
  count = length(var.pull_through_prefixes) > 0 ? 1 : 0

  statement {
    actions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    resources = [
      for prefix in values(var.pull_through_prefixes) :
      "arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${prefix}/*"
    ]
  }
}

resource "aws_iam_role_policy" "node_pull_through" {
  count = length(var.pull_through_prefixes) > 0 ? 1 : 0

  name   = "pull-through-caches"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}
