# What the mocked provider answers to the tests of this module, beside words drawn at random.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_default_tags" {
  defaults = { tags = { "drover:cluster" = "shop", "drover:color" = "blue" } }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{}" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
}

mock_data "aws_region" {
  defaults = { id = "eu-west-1" }
}

# A mocked ARN is a random word, which the resources that take one refuse.

mock_resource "aws_cloudwatch_event_rule" {
  defaults = { arn = "arn:aws:events:eu-west-1:123456789012:rule/mocked" }
}

mock_resource "aws_eks_cluster" {
  defaults = {
    arn                   = "arn:aws:eks:eu-west-1:123456789012:cluster/shop-blue"
    certificate_authority = [{ data = "Y2E=" }]
  }
}

mock_resource "aws_eks_node_group" {
  defaults = {
    resources = [{ autoscaling_groups = [{ name = "eks-mocked" }], remote_access_security_group_id = "" }]
  }
}

mock_resource "aws_iam_instance_profile" {
  defaults = { arn = "arn:aws:iam::123456789012:instance-profile/mocked" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
}

mock_resource "aws_launch_template" {
  defaults = { id = "lt-11111111111111111", latest_version = 1 }
}

mock_resource "aws_lb" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/shop-blue/1111111111111111", dns_name = "shop-blue-1.elb.eu-west-1.amazonaws.com", zone_id = "Z2IFOLAFXWLO4F" }
}

mock_resource "aws_lb_target_group" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop-blue-30080/1111111111111111" }
}

mock_resource "aws_sqs_queue" {
  defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:shop-blue-karpenter" }
}
