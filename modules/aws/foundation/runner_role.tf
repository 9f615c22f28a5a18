# What CodeBuild does for a job, and nothing of what drover does: a job takes on the one role that it may, or brings
# credentials of its own.
data "aws_iam_policy_document" "runner_trust" {
  count = local.runner

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }

    # Another account's or another project's builds do not get the role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.runner_arn]
    }
  }
}

# https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html and
# https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
data "aws_iam_policy_document" "runner" {
  count = local.runner

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.runner[0].arn}:*"]
  }

  statement {
    sid       = "Repository"
    actions   = ["codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection", "codestar-connections:GetConnection", "codestar-connections:GetConnectionToken", "codestar-connections:UseConnection"]
    resources = [var.runner.connection_arn]
  }

  # None of these can be bound to a resource.
  statement {
    sid       = "LookAtTheNetwork"
    actions   = ["ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]
    resources = ["*"]
  }

  statement {
    sid     = "JoinTheNetwork"
    actions = ["ec2:CreateNetworkInterface"]
    resources = concat(
      ["arn:${local.partition}:ec2:${local.region}:${local.account}:network-interface/*", aws_security_group.runner[0].arn],
      [for id in local.runner_subnets : "arn:${local.partition}:ec2:${local.region}:${local.account}:subnet/${id}"],
    )
  }

  # An interface has no tag that tells whose it is; it is known by the subnet that it is in.
  statement {
    sid       = "LeaveTheNetwork"
    actions   = ["ec2:DeleteNetworkInterface"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:network-interface/*"]

    condition {
      test     = "ArnEquals"
      variable = "ec2:Vpc"
      values   = ["arn:${local.partition}:ec2:${local.region}:${local.account}:vpc/${local.vpc_id}"]
    }
  }

  statement {
    sid       = "HandTheInterfaceToCodeBuild"
    actions   = ["ec2:CreateNetworkInterfacePermission"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:network-interface/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:AuthorizedService"
      values   = ["codebuild.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "ec2:Subnet"
      values   = [for id in local.runner_subnets : "arn:${local.partition}:ec2:${local.region}:${local.account}:subnet/${id}"]
    }
  }

  dynamic "statement" {
    for_each = var.runner.role_arn[*]

    content {
      sid       = "TakeOnTheRoleOfDrover"
      actions   = ["sts:AssumeRole"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role" "runner" {
  count = local.runner

  name                 = "${local.global_name}-runner"
  description          = "Runs jobs in the network of ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.runner_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "runner" {
  count = local.runner

  name   = "run-jobs"
  role   = aws_iam_role.runner[0].id
  policy = data.aws_iam_policy_document.runner[0].json
}

data "aws_iam_policy_document" "runner_schedule_trust" {
  count = local.runner_scheduled

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "runner_schedule" {
  count = local.runner_scheduled

  statement {
    actions   = ["codebuild:StartBuild"]
    resources = [aws_codebuild_project.runner[0].arn]
  }
}

resource "aws_iam_role" "runner_schedule" {
  count = local.runner_scheduled

  name                 = "${local.global_name}-runner-schedule"
  description          = "Starts the runner of ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.runner_schedule_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "runner_schedule" {
  count = local.runner_scheduled

  name   = "start-the-runner"
  role   = aws_iam_role.runner_schedule[0].id
  policy = data.aws_iam_policy_document.runner_schedule[0].json
}

resource "aws_cloudwatch_event_rule" "runner" {
  count = local.runner_scheduled

  name                = local.runner_name
  description         = "Starts the runner of ${var.name}"
  schedule_expression = var.runner.schedule

  tags = var.tags
}

resource "aws_cloudwatch_event_target" "runner" {
  count = local.runner_scheduled

  rule     = aws_cloudwatch_event_rule.runner[0].name
  arn      = aws_codebuild_project.runner[0].arn
  role_arn = aws_iam_role.runner_schedule[0].arn
}
