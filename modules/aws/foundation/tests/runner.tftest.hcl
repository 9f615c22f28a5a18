# The runner in the network: what starts it, what it may do, and how far it reaches.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20"]
  }
  runner = {
    source         = "github"
    repository     = "https://github.com/acme/clusters"
    connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111"
    role_arn       = "arn:aws:iam::123456789012:role/drover"
  }
}

run "no_runner_makes_nothing" {
  command = plan

  variables {
    runner = null
  }

  assert {
    condition = alltrue([
      for resources in [
        aws_codebuild_project.runner, aws_codebuild_webhook.runner, aws_security_group.runner, aws_cloudwatch_log_group.runner,
        aws_iam_role.runner, aws_iam_role_policy.runner, aws_iam_role.runner_schedule, aws_cloudwatch_event_rule.runner, aws_cloudwatch_event_target.runner,
      ] : length(resources) == 0
    ]) && length(aws_vpc_security_group_egress_rule.runner) == 0 && output.runner_name == null
    error_message = "Without a runner there must be nothing of one."
  }
}

run "jobs_start_it" {
  command = apply

  assert {
    condition     = aws_codebuild_project.runner[0].source[0].type == "GITHUB" && aws_codebuild_project.runner[0].source[0].location == var.runner.repository && aws_codebuild_project.runner[0].source[0].auth[0].resource == var.runner.connection_arn
    error_message = "The project must be of the repository, by the connection."
  }

  assert {
    condition = length(aws_codebuild_webhook.runner) == 1 && length(aws_cloudwatch_event_rule.runner) == 0 && flatten([
      for group in aws_codebuild_webhook.runner[0].filter_group : [for filter in group.filter : "${filter.type} ${filter.pattern}"]
    ]) == ["EVENT WORKFLOW_JOB_QUEUED"]
    error_message = "Queued jobs must start it, and nothing else."
  }

  assert {
    condition     = output.runner_name == "shop-runner"
    error_message = "The project's name must be told: jobs say it."
  }
}

run "it_is_inside_and_nobody_calls_it" {
  command = apply

  assert {
    condition     = toset(aws_codebuild_project.runner[0].vpc_config[0].subnets) == toset(concat([for s in aws_subnet.blue : s.id], [for s in aws_subnet.green : s.id]))
    error_message = "Jobs must run in the private subnets with a way out."
  }

  assert {
    condition     = toset(aws_codebuild_project.runner[0].vpc_config[0].security_group_ids) == toset([aws_security_group.runner[0].id]) && length(aws_security_group.runner[0].ingress) == 0
    error_message = "Jobs must have a security group that lets nobody in."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.runner : name => "${rule.ip_protocol} ${rule.from_port} ${rule.to_port}" } == { https = "tcp 443 443", dns = "udp 53 53" }
    error_message = "Jobs must reach HTTPS and name servers, and nothing else."
  }

  assert {
    condition     = !aws_codebuild_project.runner[0].environment[0].privileged_mode && aws_codebuild_project.runner[0].logs_config[0].cloudwatch_logs[0].group_name == "/drover/shop/runner" && aws_cloudwatch_log_group.runner[0].kms_key_id == aws_kms_key.this.arn && aws_cloudwatch_log_group.runner[0].retention_in_days == 90
    error_message = "Jobs must be unprivileged, and logged, encrypted, for a time."
  }
}

run "its_role_is_for_codebuild_and_one_role_of_drover" {
  command = plan

  assert {
    condition     = one([for s in data.aws_iam_policy_document.runner[0].statement : s.resources if s.sid == "TakeOnTheRoleOfDrover"]) == toset(["arn:aws:iam::123456789012:role/drover"])
    error_message = "The one role that jobs may take on must be the one that was named."
  }

  assert {
    condition     = one(one([for s in data.aws_iam_policy_document.runner_trust[0].statement : s.condition])).values == tolist(["arn:aws:codebuild:eu-west-1:123456789012:project/shop-runner"])
    error_message = "Only builds of this project may have the role."
  }
}

run "without_a_role_none_is_taken_on" {
  command = plan

  variables {
    runner = { source = "gitlab", repository = "https://gitlab.com/acme/clusters", connection_arn = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/1" }
  }

  assert {
    condition     = !contains([for s in data.aws_iam_policy_document.runner[0].statement : s.sid], "TakeOnTheRoleOfDrover") && aws_codebuild_project.runner[0].source[0].type == "GITLAB"
    error_message = "Without a role no job may take one on."
  }
}

run "a_schedule_starts_it" {
  command = apply

  variables {
    runner = {
      source         = "github"
      repository     = "https://github.com/acme/clusters"
      connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1"
      schedule       = "cron(0 3 ? * MON *)"
      buildspec      = "drover.buildspec.yml"
    }
  }

  assert {
    condition     = length(aws_codebuild_webhook.runner) == 0 && aws_cloudwatch_event_rule.runner[0].schedule_expression == "cron(0 3 ? * MON *)" && aws_cloudwatch_event_target.runner[0].arn == aws_codebuild_project.runner[0].arn
    error_message = "The schedule must start it, and no job."
  }

  assert {
    condition     = aws_codebuild_project.runner[0].source[0].buildspec == "drover.buildspec.yml"
    error_message = "What is started by the schedule must be what the file says."
  }
}

run "a_schedule_that_runs_nothing" {
  command = plan

  variables {
    runner = { source = "github", repository = "https://github.com/acme/clusters", connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1", schedule = "rate(1 day)" }
  }

  expect_failures = [var.runner]
}

run "a_schedule_of_unix" {
  command = plan

  variables {
    runner = { source = "github", repository = "https://github.com/acme/clusters", connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1", schedule = "0 3 * * 1", buildspec = "b.yml" }
  }

  expect_failures = [var.runner]
}

run "a_password_in_the_address" {
  command = plan

  variables {
    runner = { source = "github", repository = "https://user:secret@github.com/acme/clusters", connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1" }
  }

  expect_failures = [var.runner]
}

run "no_way_to_the_repository" {
  command = plan

  variables {
    nat = "none"
  }

  expect_failures = [var.runner]
}
