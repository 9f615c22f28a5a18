# The network's shape, worked out by a plan against a provider that only pretends.

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

run "every_zone_has_its_own_way_out" {
  command = plan

  assert {
    condition     = output.zones == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    error_message = "The zones must be the first three by name, whatever order AWS lists them in."
  }

  assert {
    condition = alltrue([
      for tier in [aws_subnet.public, aws_subnet.data, aws_subnet.blue, aws_subnet.green] :
      [for index in ["0", "1", "2"] : tier[index].availability_zone] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    ])
    error_message = "Each tier must have one subnet in each zone."
  }

  assert {
    condition     = toset(data.aws_availability_zones.available.exclude_zone_ids) == toset(["cac1-az3", "use1-az3", "usw1-az2"])
    error_message = "Zones that EKS refuses must not be taken, by whatever name they go."
  }

  assert {
    condition     = join(" ", [for index in ["0", "1", "2"] : aws_subnet.green[index].cidr_block]) == join(" ", var.subnets.green)
    error_message = "A subnet must take the range at its zone's index."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.blue)) : subnet.map_public_ip_on_launch != true])
    error_message = "No subnet may hand out public addresses."
  }

  assert {
    condition     = alltrue([for resources in [aws_nat_gateway.this, aws_eip.nat, aws_route.private_nat] : join(" ", keys(resources)) == "0 1 2"])
    error_message = "per-zone must give each zone a gateway, an address and a default route."
  }

  assert {
    condition     = length(aws_default_security_group.this[0].ingress) == 0 && length(aws_default_security_group.this[0].egress) == 0
    error_message = "The default security group must have no rule."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.blue), values(aws_subnet.green)) : !contains(keys(subnet.tags), "drover:color")])
    error_message = "A foundation's subnet must not look like a color's leftover."
  }
}

run "routes_lead_to_the_gateway_of_their_zone" {
  command = apply

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_route.private_nat[index].nat_gateway_id == aws_nat_gateway.this[index].id && aws_route.private_nat[index].route_table_id == aws_route_table.private[index].id])
    error_message = "The default route of a zone must lead to that zone's NAT gateway."
  }

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_nat_gateway.this[index].subnet_id == aws_subnet.public[index].id && aws_nat_gateway.this[index].allocation_id == aws_eip.nat[index].id])
    error_message = "A NAT gateway must be in its zone's public subnet, with its zone's address."
  }

  assert {
    condition = alltrue([
      for index in ["0", "1", "2"] :
      aws_route_table_association.blue[index].route_table_id == aws_route_table.private[index].id &&
      aws_route_table_association.green[index].route_table_id == aws_route_table.private[index].id &&
      aws_route_table_association.data[index].route_table_id == aws_route_table.data[0].id &&
      aws_route_table_association.public[index].route_table_id == aws_route_table.public[0].id
    ])
    error_message = "Both colors must use their zone's private table, and data one without a way out."
  }

  assert {
    condition     = join(" ", output.subnet_ids.blue) == join(" ", [for index in ["0", "1", "2"] : aws_subnet.blue[index].id]) && join(" ", output.egress_addresses) == join(" ", [for index in ["0", "1", "2"] : aws_eip.nat[index].public_ip])
    error_message = "The outputs must be in the order of the zones."
  }
}

run "single_nat_serves_all_zones" {
  command = apply

  variables {
    nat = "single"
  }

  assert {
    condition     = join(" ", keys(aws_nat_gateway.this)) == "0" && join(" ", keys(aws_eip.nat)) == "0"
    error_message = "single must keep the first zone's gateway, and no other."
  }

  assert {
    condition     = length(aws_route.private_nat) == 3 && alltrue([for route in values(aws_route.private_nat) : route.nat_gateway_id == aws_nat_gateway.this["0"].id])
    error_message = "Every zone must route to the one gateway."
  }
}

run "no_nat_means_no_way_out" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.private_nat) == 0 && length(output.egress_addresses) == 0
    error_message = "none must make no gateway, address or route."
  }
}

run "endpoints_are_gateways_or_interfaces" {
  command = plan

  variables {
    endpoints = ["s3", "dynamodb", "ecr.api", "sts"]
  }

  assert {
    condition     = join(" ", keys(aws_vpc_endpoint.gateway)) == "dynamodb s3" && join(" ", keys(aws_vpc_endpoint.interface)) == "ecr.api sts"
    error_message = "s3 and dynamodb must be gateways, the others interfaces."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.eu-west-1.ecr.api" && aws_vpc_endpoint.interface["ecr.api"].private_dns_enabled
    error_message = "An interface must be of the region's service, under the service's own name."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == var.cidr && aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    error_message = "Interfaces must be open to the VPC, for HTTPS."
  }
}

run "no_interface_endpoint_needs_no_security_group" {
  command = plan

  variables {
    endpoints = ["s3"]
  }

  assert {
    condition     = length(aws_security_group.endpoints) == 0 && length(aws_vpc_endpoint.interface) == 0
    error_message = "Gateways need no security group."
  }
}

run "flow_logs_go_to_a_bucket_that_only_their_delivery_writes_to" {
  command = apply

  variables {
    flow_logs_retention_days = 14
  }

  assert {
    condition     = aws_flow_log.this[0].log_destination_type == "s3" && aws_flow_log.this[0].traffic_type == "ALL" && aws_flow_log.this[0].iam_role_arn == null && length(aws_cloudwatch_log_group.flow_logs) + length(aws_iam_role.flow_logs) == 0
    error_message = "Flow logs must go to the bucket, by no role."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.flow_logs[0].rule[0].expiration[0].days == 14 && one(one(aws_s3_bucket_server_side_encryption_configuration.flow_logs[0].rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn && !aws_s3_bucket.flow_logs[0].force_destroy
    error_message = "Flow logs must expire, be encrypted with the cluster's key, and stay while the cluster is protected."
  }

  assert {
    condition     = length(aws_s3_bucket.flow_logs[0].bucket) <= 63 && startswith(aws_s3_bucket.flow_logs[0].bucket, "shop-flow-logs-")
    error_message = "The bucket needs a name that S3 takes."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.flow_logs_bucket[0].statement : statement.effect == "Deny" ||
      one(statement.principals).identifiers == toset(["delivery.logs.amazonaws.com"]) && contains([for condition in statement.condition : condition.variable], "aws:SourceAccount")
    ]) && contains([for statement in data.aws_iam_policy_document.key.statement : coalesce(statement.sid, "-")], "FlowLogsOfThisCluster")
    error_message = "Only the delivery of this account's logs may write to the bucket, and use the key for it."
  }
}

run "flow_logs_go_once_the_cluster_is_not_protected" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = aws_s3_bucket.flow_logs[0].force_destroy
    error_message = "The bucket must go with its logs when the network does."
  }
}

run "flow_logs_are_kept_encrypted" {
  command = apply

  variables {
    flow_logs_retention_days = 14
    flow_logs_to             = "cloudwatch"
  }

  assert {
    condition     = aws_cloudwatch_log_group.flow_logs[0].retention_in_days == 14 && aws_cloudwatch_log_group.flow_logs[0].kms_key_id == aws_kms_key.this.arn && aws_flow_log.this[0].traffic_type == "ALL"
    error_message = "All flows must go to an encrypted log group with the asked retention."
  }

  assert {
    condition     = data.aws_iam_policy_document.flow_logs[0].statement[0].resources == toset(["${aws_cloudwatch_log_group.flow_logs[0].arn}:*"])
    error_message = "The role must write to that log group only."
  }
}

run "flow_logs_can_be_off" {
  command = plan

  variables {
    flow_logs_retention_days = 0
  }

  assert {
    condition     = length(aws_flow_log.this) + length(aws_cloudwatch_log_group.flow_logs) + length(aws_iam_role.flow_logs) + length(aws_s3_bucket.flow_logs) == 0
    error_message = "0 days must make nothing."
  }
}

run "a_zone_more_moves_no_other" {
  command = plan

  variables {
    subnets = {
      public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24", "10.20.3.0/24"]
      data   = ["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24", "10.20.7.0/24"]
      blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20", "10.20.112.0/20"]
      green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20", "10.20.176.0/20"]
    }
  }

  assert {
    condition     = output.zones == ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"] && aws_subnet.blue["0"].cidr_block == "10.20.64.0/20"
    error_message = "The zones that were there must keep their index and range."
  }
}

run "more_zones_than_the_region_has" {
  command = plan

  variables {
    subnets = {
      public = ["10.20.0.0/28", "10.20.0.16/28", "10.20.0.32/28", "10.20.0.48/28", "10.20.0.64/28"]
      data   = ["10.20.1.0/28", "10.20.1.16/28", "10.20.1.32/28", "10.20.1.48/28", "10.20.1.64/28"]
      blue   = ["10.20.2.0/28", "10.20.2.16/28", "10.20.2.32/28", "10.20.2.48/28", "10.20.2.64/28"]
      green  = ["10.20.3.0/28", "10.20.3.16/28", "10.20.3.32/28", "10.20.3.48/28", "10.20.3.64/28"]
    }
  }

  expect_failures = [data.aws_availability_zones.available]
}
