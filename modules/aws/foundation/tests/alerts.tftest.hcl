# Who is told of alarms, and that no key passes through Terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
  }
}

run "nobody_is_told_unless_asked_for" {
  command = plan

  variables {
    alerts = true
  }

  assert {
    condition     = length(aws_cloudformation_stack.receiver) + length(aws_cloudwatch_event_rule.delivery) + length(aws_cloudformation_stack.slack) + length(aws_iam_role.deliver) + length(aws_iam_role.slack) == 0
    error_message = "Without receivers there must be a topic, and nothing else."
  }
}

run "slack_is_told_and_may_ask_nothing" {
  command = apply

  variables {
    alerts               = true
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    alert_receivers      = { slack = { workspace = "T0123ABCD", channel = "C0123ABCD" } }
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.slack[0].template_body).Resources.Channel.Properties.SnsTopicArns == [aws_sns_topic.alerts[0].arn] && jsondecode(aws_cloudformation_stack.slack[0].template_body).Resources.Channel.Properties.SlackChannelId == "C0123ABCD"
    error_message = "The channel must be told what the topic is told."
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.slack[0].template_body).Resources.Channel.Properties.GuardrailPolicies == ["arn:aws:iam::aws:policy/AWSDenyAll"] && jsondecode(aws_cloudformation_stack.slack[0].template_body).Resources.Channel.Properties.UserRoleRequired
    error_message = "Nobody in the channel may ask AWS anything."
  }

  assert {
    condition     = aws_iam_role.slack[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" && one(data.aws_iam_policy_document.slack_trust[0].statement[0].condition).values == tolist(["123456789012"])
    error_message = "The role must be bounded, and be of this account only."
  }
}

run "pagerduty_is_told_of_trouble_and_of_its_end" {
  command = apply

  variables {
    alerts          = true
    databases       = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
    alert_receivers = { pagerduty = { secret = "shop/alerts/pagerduty", region = "eu", key_version = 3 } }
  }

  assert {
    condition = jsondecode(aws_cloudformation_stack.receiver["pagerduty"].template_body).Resources.Connection.Properties == {
      Description       = "Alarms of shop, key version 3"
      AuthorizationType = "API_KEY"
      AuthParameters = {
        ApiKeyAuthParameters     = { ApiKeyName = "X-Routing-Key", ApiKeyValue = "{{resolve:secretsmanager:shop/alerts/pagerduty:SecretString}}" }
        InvocationHttpParameters = { BodyParameters = [{ Key = "routing_key", Value = "{{resolve:secretsmanager:shop/alerts/pagerduty:SecretString}}", IsValueSecret = true }] }
      }
    }
    error_message = "The connection must find the key by the name of its secret."
  }

  assert {
    condition     = aws_cloudwatch_event_api_destination.receiver["pagerduty"].invocation_endpoint == "https://events.eu.pagerduty.com/v2/enqueue" && aws_cloudwatch_event_api_destination.receiver["pagerduty"].connection_arn == "arn:aws:events:eu-west-1:123456789012:connection/shop/1"
    error_message = "The key must be sent to PagerDuty's service region, and nowhere else."
  }

  assert {
    condition     = join(" ", keys(aws_cloudwatch_event_rule.delivery)) == "pagerduty-resolve pagerduty-trigger"
    error_message = "PagerDuty must be told of both."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.delivery["pagerduty-trigger"].event_pattern) == {
      source      = ["aws.cloudwatch"]
      detail-type = ["CloudWatch Alarm State Change"]
      detail = {
        alarmName = ["shop-nat-ports-eu-west-1a", "shop-nat-ports-eu-west-1b", "shop-nat-ports-eu-west-1c", "shop-orders-storage", "shop-orders-cpu", { prefix = "shop-blue-" }, { prefix = "shop-green-" }]
        state     = { value = ["ALARM"] }
      }
    }
    error_message = "Only this cluster's alarms may be sent: shop-prod's begin like shop's."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.delivery["pagerduty-resolve"].event_pattern).detail.previousState.value == ["ALARM"]
    error_message = "Only the end of trouble is news."
  }

  assert {
    condition = alltrue([for name, target in aws_cloudwatch_event_target.delivery : can(jsondecode(replace(target.input_transformer[0].input_template, "/<[a-z]+>/", "\"x\"")))]) && alltrue([
      for target in values(aws_cloudwatch_event_target.delivery) : alltrue([
        for field in flatten(regexall("<([a-z]+)>", target.input_transformer[0].input_template)) : contains(keys(target.input_transformer[0].input_paths), field)
      ])
    ])
    error_message = "What is sent must be JSON, and each of its fields must be found in the event."
  }

  assert {
    condition     = data.aws_iam_policy_document.deliver[0].statement[0].resources == toset([aws_cloudwatch_event_api_destination.receiver["pagerduty"].arn]) && data.aws_iam_policy_document.deliver[0].statement[0].actions == toset(["events:InvokeApiDestination"])
    error_message = "The role may send to the receiver, and nothing else."
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.undelivered) : alarm.alarm_actions == toset([aws_sns_topic.alerts[0].arn])]) && length(aws_cloudwatch_metric_alarm.undelivered) == 2
    error_message = "The topic must be told when a receiver is not."
  }
}

run "any_webhook_gets_its_key_in_a_header" {
  command = apply

  variables {
    alerts          = true
    alert_receivers = { webhook = { url = "https://alerts.example.com/drover", secret = "shop/alerts/webhook", header = "X-Token" } }
  }

  assert {
    condition = jsondecode(aws_cloudformation_stack.receiver["webhook"].template_body).Resources.Connection.Properties.AuthParameters == {
      ApiKeyAuthParameters = { ApiKeyName = "X-Token", ApiKeyValue = "{{resolve:secretsmanager:shop/alerts/webhook:SecretString}}" }
    }
    error_message = "The key must be in the header that was asked for, and nowhere else."
  }

  assert {
    condition     = join(" ", keys(aws_cloudwatch_event_target.delivery)) == "webhook-alarm webhook-ok" && jsondecode(replace(aws_cloudwatch_event_target.delivery["webhook-ok"].input_transformer[0].input_template, "/<[a-z]+>/", "\"x\"")).cluster == "shop"
    error_message = "The receiver must be told which cluster it is."
  }
}

# CloudFormation has the channel in every region of the partition, also where the chat client has no API.
run "slack_in_a_region_without_its_api" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "eu-central-1" }
  }

  variables {
    alerts          = true
    alert_receivers = { slack = { workspace = "T0123ABCD", channel = "C0123ABCD" } }
  }

  assert {
    condition     = length(aws_cloudformation_stack.slack) == 1
    error_message = "Slack must be told in every region."
  }
}

run "slack_in_a_partition_without_the_chat_client" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn", reverse_dns_prefix = "cn.com.amazonaws" }
  }

  variables {
    alerts          = true
    alert_receivers = { slack = { workspace = "T0123ABCD", channel = "C0123ABCD" } }
  }

  expect_failures = [aws_cloudformation_stack.slack]
}

run "receivers_without_alarms" {
  command = plan

  variables {
    alert_receivers = { slack = { workspace = "T0123ABCD", channel = "C0123ABCD" } }
  }

  expect_failures = [var.alert_receivers]
}

run "a_channel_by_its_name" {
  command = plan

  variables {
    alerts          = true
    alert_receivers = { slack = { workspace = "acme", channel = "#alerts" } }
  }

  expect_failures = [var.alert_receivers]
}

run "an_address_that_holds_a_key" {
  command = plan

  variables {
    alerts          = true
    alert_receivers = { webhook = { url = "https://alerts.example.com/?token=1234", secret = "shop/alerts/webhook" } }
  }

  expect_failures = [var.alert_receivers]
}

run "a_name_of_a_secret_that_is_more_than_a_name" {
  command = plan

  variables {
    alerts          = true
    alert_receivers = { pagerduty = { secret = "x}}{{resolve:ssm:y" } }
  }

  expect_failures = [var.alert_receivers]
}

run "a_region_that_pagerduty_lacks" {
  command = plan

  variables {
    alerts          = true
    alert_receivers = { pagerduty = { secret = "shop/alerts/pagerduty", region = "apac" } }
  }

  expect_failures = [var.alert_receivers]
}

run "a_header_that_is_none" {
  command = plan

  variables {
    alerts          = true
    alert_receivers = { webhook = { url = "https://alerts.example.com/drover", secret = "shop/alerts/webhook", header = "X Token:" } }
  }

  expect_failures = [var.alert_receivers]
}
