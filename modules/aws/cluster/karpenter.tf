locals {
  karpenter = var.karpenter == null ? {} : { this = var.karpenter }

  # What EC2 and AWS Health tell, so that pods are moved before their node is taken away.
  karpenter_events = var.karpenter == null ? {} : {
    health            = { source = "aws.health", type = "AWS Health Event" }
    rebalance         = { source = "aws.ec2", type = "EC2 Instance Rebalance Recommendation" }
    reservation       = { source = "aws.ec2", type = "EC2 Capacity Reservation Instance Interruption Warning" }
    spot-interruption = { source = "aws.ec2", type = "EC2 Spot Instance Interruption Warning" }
    state-change      = { source = "aws.ec2", type = "EC2 Instance State-change Notification" }
  }
}

resource "aws_sqs_queue" "karpenter" {
  for_each = local.karpenter

  name                      = "${local.cluster}-karpenter"
  message_retention_seconds = 300 # older news is of nodes that are gone
  sqs_managed_sse_enabled   = true

  tags = var.tags
}

data "aws_iam_policy_document" "karpenter_queue" {
  for_each = local.karpenter

  statement {
    sid       = "RulesOfThisCluster"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.karpenter["this"].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in values(aws_cloudwatch_event_rule.karpenter) : rule.arn]
    }
  }

  statement {
    sid       = "NothingUnencrypted"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.karpenter["this"].arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "karpenter" {
  for_each = local.karpenter

  queue_url = aws_sqs_queue.karpenter["this"].id
  policy    = data.aws_iam_policy_document.karpenter_queue["this"].json
}

resource "aws_cloudwatch_event_rule" "karpenter" {
  for_each = local.karpenter_events

  name          = "${local.cluster}-${each.key}"
  description   = "${each.value.type}, for Karpenter in ${local.cluster}"
  event_pattern = jsonencode({ source = [each.value.source], detail-type = [each.value.type] })

  tags = var.tags
}

resource "aws_cloudwatch_event_target" "karpenter" {
  for_each = local.karpenter_events

  rule      = aws_cloudwatch_event_rule.karpenter[each.key].name
  target_id = "karpenter"
  arn       = aws_sqs_queue.karpenter["this"].arn
}

# Nodes of Karpenter's have the rights of the pools' nodes, in a role of their own: EKS makes the
# access entry of a node group's role itself, and takes it away with the last group.
resource "aws_iam_role" "karpenter_node" {
  for_each = local.karpenter

  name                 = "${local.global_name}-karpenter-node"
  description          = "Nodes that Karpenter adds to ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "karpenter_node" {
  for_each = var.karpenter == null ? toset([]) : local.node_policies

  role       = aws_iam_role.karpenter_node["this"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy" "karpenter_node_pull_through" {
  count = var.karpenter != null && length(var.pull_through_prefixes) > 0 ? 1 : 0

  name   = "pull-through-caches"
  role   = aws_iam_role.karpenter_node["this"].id
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}

# Made here, so that the controller needs no right to make instance profiles.
resource "aws_iam_instance_profile" "karpenter" {
  for_each = local.karpenter

  name = aws_iam_role.karpenter_node["this"].name
  role = aws_iam_role.karpenter_node["this"].name

  tags = var.tags
}

resource "aws_eks_access_entry" "karpenter_node" {
  for_each = local.karpenter

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_iam_role.karpenter_node["this"].arn
  type          = "EC2_LINUX"

  tags = var.tags
}
