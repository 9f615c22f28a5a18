# Restricted egress: what passes the firewall, and the way through it.

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
  egress = {
    mode             = "restricted"
    allow            = [".amazonaws.com", "ghcr.io"]
    firewall_subnets = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"]
    nat_subnets      = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"]
  }
}

run "open_egress_makes_nothing" {
  command = plan

  variables {
    egress = {}
  }

  assert {
    condition = alltrue([
      for resources in [
        aws_networkfirewall_firewall.this, aws_networkfirewall_firewall_policy.this, aws_networkfirewall_rule_group.names,
        aws_networkfirewall_rule_group.protocols, aws_networkfirewall_logging_configuration.this, aws_cloudwatch_log_group.firewall,
      ] : length(resources) == 0
      ]) && alltrue([
      for resources in [
        aws_subnet.firewall, aws_subnet.nat, aws_route_table.firewall, aws_route_table.nat, aws_route_table_association.firewall,
        aws_route_table_association.nat, aws_route.firewall_nat, aws_route.nat_internet, aws_route.nat_private,
      ] : length(resources) == 0
    ])
    error_message = "Open egress must have nothing of a firewall."
  }
}

run "both_directions_use_the_firewall_of_the_zone" {
  command = apply

  assert {
    condition     = { for index, route in aws_route.private_nat : index => route.vpc_endpoint_id } == { "0" = "vpce-a", "1" = "vpce-b", "2" = "vpce-c" } && alltrue([for route in values(aws_route.private_nat) : route.nat_gateway_id == null && route.destination_cidr_block == "0.0.0.0/0"])
    error_message = "Each zone's private table must lead to the firewall of the zone, and not to a NAT gateway."
  }

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_route.firewall_nat[index].route_table_id == aws_route_table.firewall[index].id && aws_route.firewall_nat[index].nat_gateway_id == aws_nat_gateway.this[index].id])
    error_message = "Behind the firewall must be the NAT gateway of its zone."
  }

  assert {
    condition = { for name, route in aws_route.nat_private : name => "${route.destination_cidr_block} ${route.vpc_endpoint_id}" } == {
      blue-0  = "10.20.64.0/20 vpce-a"
      blue-1  = "10.20.80.0/20 vpce-b"
      blue-2  = "10.20.96.0/20 vpce-c"
      green-0 = "10.20.128.0/20 vpce-a"
      green-1 = "10.20.144.0/20 vpce-b"
      green-2 = "10.20.160.0/20 vpce-c"
    }
    error_message = "Answers must come back through the firewall of the zone that asked."
  }

  assert {
    condition = alltrue([
      for index in ["0", "1", "2"] :
      aws_nat_gateway.this[index].subnet_id == aws_subnet.nat[index].id &&
      aws_route_table_association.nat[index].subnet_id == aws_subnet.nat[index].id &&
      aws_route_table_association.nat[index].route_table_id == aws_route_table.nat[index].id &&
      aws_route.nat_internet[index].route_table_id == aws_route_table.nat[index].id &&
      aws_route.nat_private["blue-${index}"].route_table_id == aws_route_table.nat[index].id &&
      aws_route_table_association.firewall[index].subnet_id == aws_subnet.firewall[index].id &&
      aws_route_table_association.firewall[index].route_table_id == aws_route_table.firewall[index].id
    ])
    error_message = "A NAT gateway must be in a subnet of its own, with the routes back, and the internet behind it."
  }

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_subnet.firewall[index].cidr_block == var.egress.firewall_subnets[tonumber(index)] && aws_subnet.firewall[index].availability_zone == output.zones[tonumber(index)] && aws_subnet.nat[index].availability_zone == output.zones[tonumber(index)]])
    error_message = "Every zone must have its firewall subnet and its NAT subnet."
  }

  assert {
    condition     = toset([for mapping in aws_networkfirewall_firewall.this[0].subnet_mapping : mapping.subnet_id]) == toset([for subnet in values(aws_subnet.firewall) : subnet.id])
    error_message = "The firewall must be in every zone."
  }

  # Load balancers are in the public subnets: what their targets answer must not meet the firewall.
  assert {
    condition     = alltrue([for route in values(aws_route.nat_private) : route.route_table_id != aws_route_table.public[0].id]) && alltrue([for index in ["0", "1", "2"] : aws_route_table_association.public[index].route_table_id == aws_route_table.public[0].id])
    error_message = "The public subnets must route as without a firewall."
  }

  assert {
    condition     = join(" ", aws_vpc_endpoint.gateway["s3"].route_table_ids) != "" && alltrue([for index in ["0", "1", "2"] : contains(aws_vpc_endpoint.gateway["s3"].route_table_ids, aws_route_table.private[index].id)])
    error_message = "VPC endpoints must be reached without the firewall."
  }
}

run "one_nat_gateway_behind_three_firewalls" {
  command = apply

  variables {
    nat = "single"
  }

  assert {
    condition     = keys(aws_subnet.nat) == ["0"] && keys(aws_nat_gateway.this) == ["0"] && alltrue([for route in values(aws_route.firewall_nat) : route.nat_gateway_id == aws_nat_gateway.this["0"].id]) && length(aws_route.firewall_nat) == 3
    error_message = "Every zone's firewall must lead to the one NAT gateway."
  }

  assert {
    condition     = length(aws_route.nat_private) == 6 && alltrue([for route in values(aws_route.nat_private) : route.route_table_id == aws_route_table.nat["0"].id]) && aws_route.nat_private["green-2"].vpc_endpoint_id == "vpce-c"
    error_message = "The one NAT gateway must answer through the firewall of the zone that asked."
  }
}

run "pods_send_nothing_but_tcp_either" {
  command = plan

  variables {
    pods = {
      cidr  = "100.64.0.0/16"
      blue  = ["100.64.0.0/20", "100.64.16.0/20", "100.64.32.0/20"]
      green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"]
    }
  }

  assert {
    condition     = toset([for rule in aws_networkfirewall_rule_group.protocols[0].rule_group[0].rules_source[0].stateful_rule : "${rule.header[0].protocol} ${rule.header[0].source}"]) == toset(["UDP 10.20.0.0/16", "ICMP 10.20.0.0/16", "UDP 100.64.0.0/16", "ICMP 100.64.0.0/16"])
    error_message = "What is dropped must be dropped from every range of the VPC."
  }

  assert {
    condition     = length(distinct(flatten([for rule in aws_networkfirewall_rule_group.protocols[0].rule_group[0].rules_source[0].stateful_rule : [for option in rule.rule_option : option.settings]]))) == 4
    error_message = "Each rule needs a number of its own."
  }
}

run "named_hosts_pass_and_nothing_else" {
  command = apply

  assert {
    condition = [for group in aws_networkfirewall_rule_group.names[0].rule_group[0].rules_source[0].rules_source_list : {
      type = group.generated_rules_type, by = group.target_types, names = group.targets
    }] == [{ type = "ALLOWLIST", by = toset(["HTTP_HOST", "TLS_SNI"]), names = toset([".amazonaws.com", "ghcr.io"]) }]
    error_message = "Exactly the named hosts must pass, by TLS and HTTP."
  }

  assert {
    condition     = aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].stateful_engine_options[0].rule_order == "STRICT_ORDER" && contains(aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].stateful_default_actions, "aws:drop_established")
    error_message = "What is not named must be dropped."
  }

  assert {
    condition     = toset([for rule in aws_networkfirewall_rule_group.protocols[0].rule_group[0].rules_source[0].stateful_rule : "${rule.action} ${rule.header[0].protocol} ${rule.header[0].source}"]) == toset(["DROP UDP 10.20.0.0/16", "DROP ICMP 10.20.0.0/16"])
    error_message = "What has no connection must not leave either."
  }

  assert {
    condition     = alltrue([for group in [aws_networkfirewall_rule_group.names[0], aws_networkfirewall_rule_group.protocols[0]] : group.rule_group[0].stateful_rule_options[0].rule_order == "STRICT_ORDER"]) && toset([for reference in aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].stateful_rule_group_reference : reference.priority]) == toset([2, 3])
    error_message = "The rules must be in strict order, as the policy wants them."
  }

  assert {
    condition = alltrue([
      for encryption in [
        aws_networkfirewall_firewall.this[0].encryption_configuration[0], aws_networkfirewall_firewall_policy.this[0].encryption_configuration[0],
        aws_networkfirewall_rule_group.names[0].encryption_configuration[0], aws_networkfirewall_rule_group.protocols[0].encryption_configuration[0],
      ] : encryption.type == "CUSTOMER_KMS" && encryption.key_id == aws_kms_key.this.arn
    ])
    error_message = "The firewall must be encrypted with the cluster's key."
  }
}

run "what_is_dropped_is_logged_encrypted" {
  command = apply

  assert {
    condition     = [for log in aws_networkfirewall_logging_configuration.this[0].logging_configuration[0].log_destination_config : "${log.log_type} ${log.log_destination_type} ${log.log_destination.logGroup}"] == ["ALERT CloudWatchLogs /drover/shop/firewall"]
    error_message = "What the firewall drops must be logged."
  }

  assert {
    condition     = aws_cloudwatch_log_group.firewall[0].kms_key_id == aws_kms_key.this.arn && aws_cloudwatch_log_group.firewall[0].retention_in_days == 30
    error_message = "The log must be encrypted and kept for a time."
  }
}

run "udp_leaves_to_named_ranges_and_ports_only" {
  command = apply

  variables {
    egress = {
      mode             = "restricted"
      allow            = [".amazonaws.com"]
      udp              = [{ cidr = "203.0.113.0/24", port = 3478 }]
      firewall_subnets = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"]
      nat_subnets      = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"]
    }
  }

  assert {
    condition     = [for rule in aws_networkfirewall_rule_group.udp[0].rule_group[0].rules_source[0].stateful_rule : "${rule.action} ${rule.header[0].protocol} ${rule.header[0].source} ${rule.header[0].destination} ${rule.header[0].destination_port}"] == ["PASS UDP 10.20.0.0/16 203.0.113.0/24 3478"]
    error_message = "UDP must leave to what is named, and nowhere else."
  }

  assert {
    condition     = length(aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].stateful_rule_group_reference) == 3 && min([for reference in aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].stateful_rule_group_reference : reference.priority]...) == 1
    error_message = "What may leave by UDP must be asked before all UDP is dropped."
  }
}
