# What the mocked provider answers to the tests of this module, beside words drawn at random.

mock_data "aws_availability_zones" {
  # Not in order, as AWS may answer.
  defaults = { names = ["eu-west-1c", "eu-west-1a", "eu-west-1d", "eu-west-1b"] }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_iam_policy_document" {
  defaults = { json = "{}" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com", reverse_dns_prefix = "com.amazonaws" }
}

mock_data "aws_region" {
  defaults = { id = "eu-west-1" }
}

mock_data "aws_route53_zone" {
  defaults = { zone_id = "Z0123456789ABCDEFGHIJ", name = "shop.example.com", private_zone = false, name_servers = ["ns-1.example.com"] }
}

mock_data "aws_secretsmanager_secrets" {
  defaults = { arns = [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1B2c3",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/docker-hub-old-a1B2c3",
  ] }
}

mock_data "aws_vpc" {
  defaults = {
    cidr_block              = "10.20.0.0/16"
    enable_dns_support      = true
    enable_dns_hostnames    = true
    cidr_block_associations = [{ association_id = "a", cidr_block = "10.20.0.0/16", state = "associated" }, { association_id = "b", cidr_block = "10.99.0.0/16", state = "associated" }]
  }
}

# A mocked ARN is a random word, which the resources that take one refuse.

mock_resource "aws_backup_vault" {
  defaults = { arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:shop" }
}

mock_resource "aws_cloudformation_stack" {
  defaults = { outputs = { Arn = "arn:aws:events:eu-west-1:123456789012:connection/shop/1" } }
}

mock_resource "aws_cloudwatch_event_api_destination" {
  defaults = { arn = "arn:aws:events:eu-west-1:123456789012:api-destination/shop/1" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/drover/shop/flow-logs" }
}

mock_resource "aws_codebuild_project" {
  defaults = { arn = "arn:aws:codebuild:eu-west-1:123456789012:project/shop-runner" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

mock_resource "aws_networkfirewall_firewall" {
  defaults = {
    arn = "arn:aws:network-firewall:eu-west-1:123456789012:firewall/shop"
    firewall_status = [{
      sync_states = [
        { availability_zone = "eu-west-1a", attachment = [{ endpoint_id = "vpce-a", subnet_id = "subnet-a" }] },
        { availability_zone = "eu-west-1b", attachment = [{ endpoint_id = "vpce-b", subnet_id = "subnet-b" }] },
        { availability_zone = "eu-west-1c", attachment = [{ endpoint_id = "vpce-c", subnet_id = "subnet-c" }] },
      ]
    }]
  }
}

mock_resource "aws_networkfirewall_firewall_policy" {
  defaults = { arn = "arn:aws:network-firewall:eu-west-1:123456789012:firewall-policy/shop" }
}

mock_resource "aws_networkfirewall_rule_group" {
  defaults = { arn = "arn:aws:network-firewall:eu-west-1:123456789012:stateful-rulegroup/shop" }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:shop-alerts" }
}

mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::shop-flow-logs" }
}

mock_resource "aws_vpc" {
  defaults = { id = "vpc-0a1b2c3d4e5f60718", ipv6_cidr_block = "2001:db8:1234:1a00::/56" }
}
