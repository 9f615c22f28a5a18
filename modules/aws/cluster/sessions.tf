# Who debugs a node opens a session on it by Systems Manager, which needs neither an open port nor a key, and is in
# CloudTrail. These are the rights that sessions need; AWS's own policy (AmazonSSMManagedInstanceCore) would let whoever
# is on a node read every parameter of the account.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
data "aws_iam_policy_document" "node_sessions" {
  count = var.node_sessions ? 1 : 0

  statement {
    sid       = "Register"
    actions   = ["ssm:UpdateInstanceInformation"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:instance/*"]
  }

  # They know no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagegatewayservice.html
  statement {
    sid = "TalkToSessions"
    actions = [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "node_sessions" {
  count = var.node_sessions ? 1 : 0

  name   = "sessions"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node_sessions[0].json
}

resource "aws_iam_role_policy" "karpenter_node_sessions" {
  for_each = var.node_sessions ? aws_iam_role.karpenter_node : {}

  name   = "sessions"
  role   = each.value.id
  policy = data.aws_iam_policy_document.node_sessions[0].json
}
