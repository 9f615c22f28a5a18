# Ways to other networks, and a range for pods: who is reached from where.

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

run "nothing_is_connected_unless_asked_for" {
  command = plan

  assert {
    condition = (
      length(aws_vpc_peering_connection.this) + length(aws_route.peering) == 0 &&
      length(aws_ec2_transit_gateway_vpc_attachment.this) + length(aws_subnet.transit) + length(aws_route.transit) == 0 &&
      length(aws_vpc_ipv4_cidr_block_association.pods) + length(aws_subnet.pods) == 0
    )
    error_message = "A network by itself must have no peer, no transit gateway and no second range."
  }

  assert {
    condition     = length(output.pod_subnets.blue) == 0 && length(output.pod_subnets.green) == 0 && output.transit_gateway_attachment_id == null && length(output.peering_ids) == 0
    error_message = "The outputs must be empty."
  }
}

run "every_zone_has_a_route_to_every_range_of_a_peer" {
  command = apply

  variables {
    peerings = {
      data    = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = ["10.30.0.0/16", "10.31.0.0/16"] }
      partner = { vpc_id = "vpc-0fedcba9876543210", ranges = ["192.168.0.0/24"], account = "210987654321", region = "eu-central-1" }
      own     = { vpc_id = "vpc-0aaaaaaaaaaaaaaa0", ranges = ["192.168.1.0/24"], account = "123456789012", region = "eu-west-1" }
    }
  }

  assert {
    condition = alltrue([
      for range in ["10.30.0.0/16", "10.31.0.0/16"] : alltrue([
        for zone in ["0", "1", "2"] :
        aws_route.peering["data/${zone}/${range}"].route_table_id == aws_route_table.private[zone].id &&
        aws_route.peering["data/${zone}/${range}"].destination_cidr_block == range &&
        aws_route.peering["data/${zone}/${range}"].vpc_peering_connection_id == aws_vpc_peering_connection.this["data"].id
      ])
    ]) && length(aws_route.peering) == 12
    error_message = "The private table of every zone must lead to every range of every peer."
  }

  assert {
    condition     = aws_vpc_peering_connection.this["data"].auto_accept && aws_vpc_peering_connection.this["own"].auto_accept && !aws_vpc_peering_connection.this["partner"].auto_accept
    error_message = "What is of this account and region must be accepted, and nothing else, because AWS refuses that."
  }

  assert {
    condition     = aws_vpc_peering_connection.this["partner"].peer_region == "eu-central-1" && aws_vpc_peering_connection.this["partner"].peer_owner_id == "210987654321"
    error_message = "A peer elsewhere must be asked where it is."
  }
}

run "every_zone_is_attached_to_the_transit_gateway" {
  command = apply

  variables {
    transit_gateway = {
      id      = "tgw-0a1b2c3d4e5f60718"
      subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"]
      ranges  = ["10.0.0.0/8", "172.16.0.0/12"]
    }
  }

  assert {
    condition     = aws_ec2_transit_gateway_vpc_attachment.this[0].subnet_ids == toset([for subnet in values(aws_subnet.transit) : subnet.id]) && length(aws_subnet.transit) == 3
    error_message = "The attachment must have an interface in a subnet of its own in every zone."
  }

  assert {
    condition = alltrue([
      for range in ["10.0.0.0/8", "172.16.0.0/12"] : alltrue([
        for zone in ["0", "1", "2"] :
        aws_route.transit["${zone}/${range}"].route_table_id == aws_route_table.private[zone].id &&
        aws_route.transit["${zone}/${range}"].transit_gateway_id == "tgw-0a1b2c3d4e5f60718"
      ])
    ]) && length(aws_route.transit) == 6
    error_message = "The private table of every zone must lead to every range behind the gateway."
  }

  assert {
    condition     = alltrue([for association in values(aws_route_table_association.transit) : association.route_table_id == aws_route_table.transit[0].id])
    error_message = "What comes in by the gateway must find a table without a way on."
  }

  assert {
    condition     = output.transit_gateway_attachment_id == aws_ec2_transit_gateway_vpc_attachment.this[0].id
    error_message = "The owner of the gateway needs the id of the attachment."
  }
}

run "the_transit_gateway_may_be_the_only_way_out" {
  command = plan

  variables {
    nat = "none"
    transit_gateway = {
      id      = "tgw-0a1b2c3d4e5f60718"
      subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"]
      ranges  = ["0.0.0.0/0"]
    }
  }

  assert {
    condition     = length(aws_route.transit) == 3 && length(aws_route.private_nat) == 0
    error_message = "The default route of every zone must lead to the gateway."
  }
}

run "pods_have_subnets_of_their_own_in_every_zone" {
  command = apply

  variables {
    endpoints = ["sts"]
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
    pods = {
      cidr  = "100.64.0.0/16"
      blue  = ["100.64.0.0/20", "100.64.16.0/20", "100.64.32.0/20"]
      green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"]
    }
  }

  assert {
    condition     = aws_vpc_ipv4_cidr_block_association.pods[0].cidr_block == "100.64.0.0/16" && length(aws_subnet.pods) == 6
    error_message = "Each color must have a subnet for pods in each zone, in the second range of the VPC."
  }

  assert {
    condition = alltrue([
      for zone in ["0", "1", "2"] :
      aws_subnet.pods["green-${zone}"].cidr_block == var.pods.green[tonumber(zone)] &&
      aws_subnet.pods["green-${zone}"].availability_zone == output.zones[tonumber(zone)] &&
      aws_route_table_association.pods["green-${zone}"].route_table_id == aws_route_table.private[zone].id
    ])
    error_message = "A subnet for pods must be in its zone, and leave the way the zone's nodes do."
  }

  assert {
    condition     = output.pod_subnets.blue["eu-west-1b"] == aws_subnet.pods["blue-1"].id && join(" ", keys(output.pod_subnets.green)) == "eu-west-1a eu-west-1b eu-west-1c"
    error_message = "The colors need the subnets by zone."
  }

  assert {
    condition     = alltrue([for subnet in values(aws_subnet.pods) : !contains(keys(subnet.tags), "kubernetes.io/role/internal-elb") && subnet.map_public_ip_on_launch != true])
    error_message = "No load balancer and no public address belongs in a subnet for pods."
  }

  assert {
    condition     = toset([for rule in values(aws_vpc_security_group_ingress_rule.database) : rule.cidr_ipv4]) == toset(concat(var.subnets.blue, var.subnets.green, var.pods.blue, var.pods.green))
    error_message = "Databases must let in nodes and pods of both colors, and nothing else."
  }

  assert {
    condition     = join(" ", aws_vpc_security_group_ingress_rule.endpoints[*].cidr_ipv4) == "10.20.0.0/16 100.64.0.0/16"
    error_message = "Endpoints must be open to pods too."
  }
}

run "the_firewall_knows_the_way_back_to_pods" {
  command = apply

  variables {
    egress = {
      mode             = "restricted"
      allow            = ["ghcr.io"]
      firewall_subnets = ["10.20.240.0/28", "10.20.240.16/28", "10.20.240.32/28"]
      nat_subnets      = ["10.20.241.0/28", "10.20.241.16/28", "10.20.241.32/28"]
    }
    pods = {
      cidr  = "100.64.0.0/16"
      blue  = ["100.64.0.0/20", "100.64.16.0/20", "100.64.32.0/20"]
      green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"]
    }
  }

  assert {
    condition = alltrue([
      for color in ["blue", "green"] : alltrue([
        for zone in ["0", "1", "2"] :
        aws_route.nat_private["pods-${color}-${zone}"].route_table_id == aws_route_table.nat[zone].id &&
        aws_route.nat_private["pods-${color}-${zone}"].destination_cidr_block == var.pods[color][tonumber(zone)] &&
        aws_route.nat_private["pods-${color}-${zone}"].vpc_endpoint_id == aws_route.private_nat[zone].vpc_endpoint_id
      ])
    ]) && length(aws_route.nat_private) == 12
    error_message = "An answer to a pod must pass the firewall that its question passed."
  }

  assert {
    condition     = toset(one(aws_networkfirewall_firewall_policy.this[0].firewall_policy[0].policy_variables[0].rule_variables[*].ip_set[0].definition)) == toset(["10.20.0.0/16", "100.64.0.0/16"])
    error_message = "Pods must be known to the firewall as being at home."
  }
}
