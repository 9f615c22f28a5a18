resource "aws_iam_role_policy" "karpenter" {
  for_each = local.karpenter

  name   = "add-and-remove-nodes"
  role   = aws_iam_role.controller["karpenter"].id
  policy = data.aws_iam_policy_document.karpenter["this"].json
}

locals {
  ec2               = "arn:${local.partition}:ec2:${local.region}"
  instance_profiles = "arn:${local.partition}:iam::${local.account}:instance-profile"

  # Karpenter marks what it makes with the cluster, and with the node pool that it is for. What lacks
  # these marks it can neither make nor touch, the other color's nodes included.
  karpenter_mark = "kubernetes.io/cluster/${local.cluster}"
  karpenter_made = [
    for kind in ["fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume"] :
    "${local.ec2}:${local.account}:${kind}/*"
  ]
}

# The rights that Karpenter documents (https://karpenter.sh/docs/reference/cloudformation/), compared with its 1.14.1 and
# held closer: to this color's subnets and nodes' security group, to this account, and without those that change instance
# profiles. Its zonal shift, which these clusters are not registered for, is the one part that has no rights here.
data "aws_iam_policy_document" "karpenter" {
  for_each = local.karpenter

  statement {
    sid     = "StartFromImagesInThisColorsNetwork"
    actions = ["ec2:CreateFleet", "ec2:RunInstances"]
    resources = concat(
      ["${local.ec2}::image/*", "${local.ec2}::snapshot/*"],
      [for id in local.subnet_ids : "${local.ec2}:${local.account}:subnet/${id}"],
      ["${local.ec2}:${local.account}:security-group/${local.node_security_group_id}"],
      # Where an EC2NodeClass selects one: a machine that was paid for, or a place beside or apart from others.
      [for kind in ["capacity-reservation", "placement-group"] : "${local.ec2}:${local.account}:${kind}/*"],
    )
  }

  statement {
    sid       = "StartFromOwnTemplates"
    actions   = ["ec2:CreateFleet", "ec2:RunInstances"]
    resources = ["${local.ec2}:${local.account}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.karpenter_mark}"
      values   = ["owned"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  statement {
    sid       = "MakeOnlyWhatIsMarked"
    actions   = ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"]
    resources = local.karpenter_made

    dynamic "condition" {
      for_each = { (local.karpenter_mark) = "owned", "eks:eks-cluster-name" = local.cluster }

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }

    condition {
      test     = "StringLike"
      variable = "aws:RequestTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  statement {
    sid       = "MarkWhatIsMade"
    actions   = ["ec2:CreateTags"]
    resources = local.karpenter_made

    dynamic "condition" {
      for_each = { (local.karpenter_mark) = "owned", "eks:eks-cluster-name" = local.cluster }

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:RequestTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  statement {
    sid       = "NameOwnInstances"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2}:${local.account}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.karpenter_mark}"
      values   = ["owned"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/karpenter.sh/nodepool"
      values   = ["*"]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:RequestTag/eks:eks-cluster-name"
      values   = [local.cluster]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
    }
  }

  statement {
    sid       = "RemoveOwn"
    actions   = ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"]
    resources = ["${local.ec2}:${local.account}:instance/*", "${local.ec2}:${local.account}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.karpenter_mark}"
      values   = ["owned"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/karpenter.sh/nodepool"
      values   = ["*"]
    }
  }

  # EC2 knows no resource for these.
  statement {
    sid = "SeeWhatThisRegionHas"
    actions = [
      "ec2:DescribeCapacityReservations",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribePlacementGroups",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSpotPriceHistory",
      "ec2:DescribeSubnets",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # The price list is one for all, and in one region only.
  statement {
    sid       = "SeePrices"
    actions   = ["pricing:GetProducts"]
    resources = ["*"]
  }

  statement {
    sid       = "FindImages"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${local.partition}:ssm:${local.region}::parameter/aws/service/*"]
  }

  statement {
    sid       = "ReadOwnQueue"
    actions   = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.karpenter["this"].arn]
  }

  statement {
    sid       = "GiveNodesTheirRole"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.karpenter_node["this"].arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ec2.${data.aws_partition.current.dns_suffix}"]
    }
  }

  # Beside its nodes' own, Karpenter looks for profiles that it may have made itself, when an EC2NodeClass goes and every
  # half hour; an EC2NodeClass whose profiles it may not look for stays for ever. There are none: it may not make any.
  statement {
    sid       = "SeeInstanceProfiles"
    actions   = ["iam:GetInstanceProfile"]
    resources = [aws_iam_instance_profile.karpenter["this"].arn, "${local.instance_profiles}/${local.cluster}_*"]
  }

  statement {
    sid       = "ListOwnInstanceProfiles"
    actions   = ["iam:ListInstanceProfiles"]
    resources = ["${local.instance_profiles}/karpenter/${local.region}/${local.cluster}/*"]
  }

  statement {
    sid       = "FindTheApi"
    actions   = ["eks:DescribeCluster"]
    resources = [aws_eks_cluster.this.arn]
  }
}
