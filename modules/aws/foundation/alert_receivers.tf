# Alarms reach Slack by AWS's own chat client, which needs no key. PagerDuty and other receivers want one: an
# EventBridge connection holds it. The provider's connection would have the key in Terraform's state, and takes
# no write-only argument; so a CloudFormation stack makes the connection, and finds the key in Secrets Manager
# by name while it does. Neither the state nor a plan, nor the stack's template, ever holds it.

locals {
  # Receivers that want a key, and how they want it.
  keyed_receivers = { for name, receiver in {
    pagerduty = var.alert_receivers.pagerduty == null ? null : {
      # https://developer.pagerduty.com/docs/events-api-v2/overview/
      url     = "https://events.${var.alert_receivers.pagerduty.region == "eu" ? "eu." : ""}pagerduty.com/v2/enqueue"
      secret  = var.alert_receivers.pagerduty.secret
      version = var.alert_receivers.pagerduty.key_version
      header  = "X-Routing-Key" # EventBridge wants a header; PagerDuty reads the body
      body    = "routing_key"
    }
    webhook = var.alert_receivers.webhook == null ? null : {
      url     = var.alert_receivers.webhook.url
      secret  = var.alert_receivers.webhook.secret
      version = var.alert_receivers.webhook.key_version
      header  = var.alert_receivers.webhook.header
      body    = ""
    }
  } : name => receiver if receiver != null }

  # What a receiver is told: PagerDuty of the beginning and of the end of trouble, in its own words.
  deliveries = { for name, delivery in {
    pagerduty-trigger = { receiver = "pagerduty", state = "ALARM", template = local.pagerduty_trigger }
    pagerduty-resolve = { receiver = "pagerduty", state = "OK", template = local.pagerduty_resolve }
    webhook-alarm     = { receiver = "webhook", state = "ALARM", template = local.webhook_message }
    webhook-ok        = { receiver = "webhook", state = "OK", template = local.webhook_message }
  } : name => delivery if contains(keys(local.keyed_receivers), delivery.receiver) }

  # EventBridge puts what an alarm says in place of <...>, in quotes and escaped.
  alarm_paths = {
    alarm       = "$.resources[0]"
    description = "$.detail.configuration.description"
    name        = "$.detail.alarmName"
    reason      = "$.detail.state.reason"
    state       = "$.detail.state.value"
    time        = "$.time"
  }
  pagerduty_trigger = <<-JSON
    {
      "event_action": "trigger",
      "dedup_key": <alarm>,
      "payload": {
        "summary": <description>,
        "source": "${var.name}",
        "severity": "critical",
        "timestamp": <time>,
        "custom_details": {"alarm": <name>, "reason": <reason>}
      }
    }
  JSON
  pagerduty_resolve = <<-JSON
    {"event_action": "resolve", "dedup_key": <alarm>}
  JSON
  webhook_message   = <<-JSON
    {"cluster": "${var.name}", "alarm": <name>, "state": <state>, "description": <description>, "reason": <reason>, "time": <time>}
  JSON

  # The alarms of this module by their whole names, and those of the colors by how they begin: another cluster's
  # may begin like this one's. In JSON, because a list holds one type.
  alarm_names = concat(
    [for alarm in concat(values(aws_cloudwatch_metric_alarm.nat_ports), values(aws_cloudwatch_metric_alarm.database_storage), values(aws_cloudwatch_metric_alarm.database_cpu)) : jsonencode(alarm.alarm_name)],
    [for color in ["blue", "green"] : jsonencode({ prefix = "${var.name}-${color}-" })],
  )
}

resource "aws_cloudformation_stack" "receiver" {
  for_each = local.keyed_receivers

  name = "${var.name}-alerts-${each.key}"

  template_body = jsonencode({
    Description = "The key with which alarms of ${var.name} are sent to ${each.key}"
    Resources = {
      Connection = {
        Type = "AWS::Events::Connection"
        Properties = {
          # A changed description is what makes CloudFormation read the secret again.
          Description       = "Alarms of ${var.name}, key version ${each.value.version}"
          AuthorizationType = "API_KEY"
          AuthParameters = merge(
            { ApiKeyAuthParameters = {
              ApiKeyName  = each.value.header
              ApiKeyValue = "{{resolve:secretsmanager:${each.value.secret}:SecretString}}"
            } },
            { for key in compact([each.value.body]) : "InvocationHttpParameters" => {
              BodyParameters = [{ Key = key, Value = "{{resolve:secretsmanager:${each.value.secret}:SecretString}}", IsValueSecret = true }]
            } },
          )
        }
      }
    }
    Outputs = {
      Arn = { Value = { "Fn::GetAtt" = ["Connection", "Arn"] } }
    }
  })

  tags = var.tags
}

resource "aws_cloudwatch_event_api_destination" "receiver" {
  for_each = local.keyed_receivers

  name                             = "${var.name}-alerts-${each.key}"
  description                      = "Where alarms of ${var.name} are sent"
  connection_arn                   = aws_cloudformation_stack.receiver[each.key].outputs["Arn"]
  invocation_endpoint              = each.value.url
  http_method                      = "POST"
  invocation_rate_limit_per_second = 5
}

resource "aws_cloudwatch_event_rule" "delivery" {
  for_each = local.deliveries

  name        = "${var.name}-${each.key}"
  description = "Alarms of ${var.name} that go to ${each.value.receiver} in the state ${each.value.state}"

  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    detail = merge(
      { alarmName = [for name in local.alarm_names : jsondecode(name)], state = { value = [each.value.state] } },
      # A new alarm is well at first, which is no news.
      { for previous in each.value.state == "OK" ? ["ALARM"] : [] : "previousState" => { value = [previous] } },
    )
  })

  tags = var.tags
}

resource "aws_cloudwatch_event_target" "delivery" {
  for_each = local.deliveries

  rule     = aws_cloudwatch_event_rule.delivery[each.key].name
  arn      = aws_cloudwatch_event_api_destination.receiver[each.value.receiver].arn
  role_arn = aws_iam_role.deliver[0].arn

  input_transformer {
    input_paths    = local.alarm_paths
    input_template = each.value.template
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600 # an hour later it is no alarm but history
    maximum_retry_attempts       = 185
  }
}

data "aws_iam_policy_document" "deliver_trust" {
  count = length(local.keyed_receivers) > 0 ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    # Without this, another account's rules could use the role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "deliver" {
  count = length(local.keyed_receivers) > 0 ? 1 : 0

  statement {
    actions   = ["events:InvokeApiDestination"]
    resources = [for destination in aws_cloudwatch_event_api_destination.receiver : destination.arn]
  }
}

resource "aws_iam_role" "deliver" {
  count = length(local.keyed_receivers) > 0 ? 1 : 0

  name                 = "${local.global_name}-alerts"
  description          = "Sends alarms of ${var.name} to their receivers"
  assume_role_policy   = data.aws_iam_policy_document.deliver_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "deliver" {
  count = length(local.keyed_receivers) > 0 ? 1 : 0

  name   = "send-alarms"
  role   = aws_iam_role.deliver[0].id
  policy = data.aws_iam_policy_document.deliver[0].json
}

# Who tells that nobody is told: this one goes to the topic, and by it to Slack and the subscribers.
resource "aws_cloudwatch_metric_alarm" "undelivered" {
  for_each = local.deliveries

  alarm_name        = "${var.name}-${each.key}-undelivered"
  alarm_description = "Alarms of ${var.name} do not reach ${each.value.receiver}."

  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.delivery[each.key].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alerts[0].arn]

  tags = var.tags
}

# The chat client serves every region of a partition, and has its API in four of them. CloudFormation has its channels in
# all, and calls that API where it is (https://github.com/aws/aws-cdk/issues/24675): a policy that denies regions has to
# let chatbot pass in us-east-2. The workspace is signed in to once, in the console of the chat client; no key passes
# through here.
resource "aws_cloudformation_stack" "slack" {
  count = var.alert_receivers.slack == null ? 0 : 1

  name = "${var.name}-alerts-slack"

  template_body = jsonencode({
    Description = "The Slack channel that alarms of ${var.name} are told in"
    Resources = {
      Channel = {
        Type = "AWS::Chatbot::SlackChannelConfiguration"
        Properties = {
          ConfigurationName = "${local.global_name}-alerts"
          SlackWorkspaceId  = var.alert_receivers.slack.workspace
          SlackChannelId    = var.alert_receivers.slack.channel
          SnsTopicArns      = [aws_sns_topic.alerts[0].arn]
          IamRoleArn        = aws_iam_role.slack[0].arn
          # It tells, and is told nothing: without this, whoever writes in the channel could ask AWS as its role.
          GuardrailPolicies = ["arn:${local.partition}:iam::aws:policy/AWSDenyAll"]
          UserRoleRequired  = true
          LoggingLevel      = "ERROR"
        }
      }
    }
  })

  tags = var.tags

  lifecycle {
    precondition {
      # https://github.com/aws-cloudformation/cfn-lint/issues/2025
      condition     = local.partition == "aws"
      error_message = "The chat client is not in the partition ${local.partition}. Use a webhook instead of Slack's workspace and channel."
    }
  }
}

data "aws_iam_policy_document" "slack_trust" {
  count = var.alert_receivers.slack == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["chatbot.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

# A role without a right: the chat client wants one, and messages need none.
resource "aws_iam_role" "slack" {
  count = var.alert_receivers.slack == null ? 0 : 1

  name                 = "${local.global_name}-slack"
  description          = "The chat client that tells Slack of alarms of ${var.name}; it may do nothing"
  assume_role_policy   = data.aws_iam_policy_document.slack_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}
