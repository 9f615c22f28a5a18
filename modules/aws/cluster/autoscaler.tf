locals {
  autoscaler = var.cluster_autoscaler == null ? {} : { this = var.cluster_autoscaler }
}

# The rights that the Cluster Autoscaler documents
# (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md, read on 2026-08-22),
# held closer: to this cluster's own groups, and without those for launch configurations and for groups that leave the
# choice of machines to EC2, which no managed node group is.
data "aws_iam_policy_document" "autoscaler" {
  for_each = local.autoscaler

  # EKS marks the group of a node group so, and the autoscaler finds its groups by the same mark: what it finds it may
  # change, and the other color's it can neither find nor change.
  statement {
    sid       = "ResizeOwnGroups"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["arn:${local.partition}:autoscaling:${local.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/eks-*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.cluster}"
      values   = ["owned"]
    }
  }

  # What a node of an empty group would be like: its labels and taints.
  statement {
    sid       = "SeeOwnNodeGroups"
    actions   = ["eks:DescribeNodegroup"]
    resources = ["arn:${local.partition}:eks:${local.region}:${local.account}:nodegroup/${local.cluster}/*/*"]
  }

  # Neither service knows a resource for these.
  statement {
    sid = "SeeGroupsAndMachines"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeScalingActivities",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }
}

resource "aws_iam_role_policy" "autoscaler" {
  for_each = local.autoscaler

  name   = "resize-node-groups"
  role   = aws_iam_role.controller["autoscaler"].id
  policy = data.aws_iam_policy_document.autoscaler["this"].json
}
