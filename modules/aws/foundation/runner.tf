# A place in the network from which a private Kubernetes API is reached: a project of CodeBuild that runs jobs of
# GitHub Actions or GitLab CI, or a schedule.
# https://docs.aws.amazon.com/codebuild/latest/userguide/action-runner-overview.html
# https://docs.aws.amazon.com/codebuild/latest/userguide/gitlab-runner.html
locals {
  runner           = var.runner == null ? 0 : 1
  runner_scheduled = try(var.runner.schedule, null) == null ? 0 : 1
  runner_name      = "${var.name}-runner"
  runner_arn       = "arn:${local.partition}:codebuild:${local.region}:${local.account}:project/${local.runner_name}"
  # The colors' subnets are the private ones with a way out. CodeBuild starts each job in one of them.
  runner_subnets = concat(local.subnet_ids.blue, local.subnet_ids.green)
}

resource "aws_codebuild_project" "runner" {
  count = local.runner

  name          = local.runner_name
  description   = "Runs drover in the network of ${var.name}"
  service_role  = aws_iam_role.runner[0].arn
  build_timeout = 480 # minutes, the most there is: a rotation goes on with the next job
  # Two jobs at once would meet at drover's lease anyway.
  concurrent_build_limit = 1

  source {
    type      = upper(var.runner.source)
    location  = var.runner.repository
    buildspec = var.runner.buildspec

    auth {
      type     = "CODECONNECTIONS"
      resource = var.runner.connection_arn
    }
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = var.runner.image
    # No Docker inside: nothing of drover's needs it.
    privileged_mode = false
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.runner[0].name
    }
  }

  vpc_config {
    vpc_id             = local.vpc_id
    subnets            = local.runner_subnets
    security_group_ids = [aws_security_group.runner[0].id]
  }

  tags = var.tags

  # CodeBuild tries the role when the project is created.
  depends_on = [aws_iam_role_policy.runner]
}

# Each queued job of the repository that names this project starts it.
resource "aws_codebuild_webhook" "runner" {
  count = local.runner - local.runner_scheduled

  project_name = aws_codebuild_project.runner[0].name
  build_type   = "BUILD"

  filter_group {
    filter {
      type    = "EVENT"
      pattern = "WORKFLOW_JOB_QUEUED"
    }
  }
}

# It calls out, and nobody calls it.
resource "aws_security_group" "runner" {
  count = local.runner

  name        = local.runner_name
  description = "Runner of ${var.name}: out only"
  vpc_id      = local.vpc_id

  tags = merge(var.tags, { Name = local.runner_name })
}

# HTTPS to the repository, to AWS and to the Kubernetes API; names are asked of the VPC's resolver, which no group limits.
resource "aws_vpc_security_group_egress_rule" "runner" {
  for_each = var.runner == null ? {} : { https = { protocol = "tcp", port = 443 }, dns = { protocol = "udp", port = 53 } }

  security_group_id = aws_security_group.runner[0].id
  description       = "Runner to the outside: ${each.key}"
  # drover confirms weights at the authoritative name servers, which are anywhere.
  cidr_ipv4   = "0.0.0.0/0"
  ip_protocol = each.value.protocol
  from_port   = each.value.port
  to_port     = each.value.port

  tags = var.tags
}

resource "aws_cloudwatch_log_group" "runner" {
  count = local.runner

  name              = "${local.log_prefix}/runner"
  retention_in_days = var.runner.log_retention_days
  kms_key_id        = aws_kms_key.this.arn

  tags = var.tags
}
