variable "runner" {
  description = "A CodeBuild project in the network's private subnets that runs jobs for a repository, or null for none. source: where the repository is, github or gitlab. connection_arn: the connection to it (CodeConnections). schedule: an expression of EventBridge that starts what buildspec, a file in the repository, says; without one, jobs of the repository start it. role_arn: the one role that jobs may take on. Logs are kept for log_retention_days."
  type = object({
    source             = string
    repository         = string
    connection_arn     = string
    schedule           = optional(string)
    buildspec          = optional(string)
    role_arn           = optional(string)
    image              = optional(string, "aws/codebuild/amazonlinux-x86_64-standard:5.0")
    log_retention_days = optional(number, 90)
  })
  default = null

  validation {
    condition     = var.runner == null ? true : contains(["github", "gitlab"], var.runner.source)
    error_message = "runner.source must be \"github\" or \"gitlab\"."
  }

  validation {
    condition     = var.runner == null ? true : can(regex("^https://[a-z0-9.-]+(/[A-Za-z0-9._-]+){2,}$", var.runner.repository))
    error_message = "runner.repository must be an https:// address without a user or a password, like https://github.com/acme/clusters."
  }

  validation {
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html: the service was CodeStar Connections before
    condition     = var.runner == null ? true : can(regex("^arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+$", var.runner.connection_arn))
    error_message = "runner.connection_arn must be the ARN of a connection of CodeConnections."
  }

  validation {
    condition     = var.runner == null ? true : (var.runner.schedule == null) == (var.runner.buildspec == null)
    error_message = "runner.schedule and runner.buildspec belong together: what is started by a schedule has to say what it runs, and a job says so itself."
  }

  validation {
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    condition     = try(var.runner.schedule, null) == null ? true : can(regex("^(rate\\([1-9][0-9]* (minute|hour|day)s?\\)|cron\\([^ ]+( [^ ]+){5}\\))$", var.runner.schedule))
    error_message = "runner.schedule must be cron(…) with six fields, or rate(…), as EventBridge has them."
  }

  validation {
    condition     = try(var.runner.role_arn, null) == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", var.runner.role_arn))
    error_message = "runner.role_arn must be the ARN of a role."
  }

  validation {
    condition     = var.runner == null || var.nat != "none" || var.adopt != null
    error_message = "runner needs a way to the internet, where its repository is, and nat is \"none\"."
  }
}
