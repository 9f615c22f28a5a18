# IPv6 beside IPv4: who has which range, and which ways lead out.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  ipv6   = true
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
  }
}

run "each_subnet_has_its_own_range" {
  command = apply

  assert {
    condition = { for tier, subnets in { public = aws_subnet.public, blue = aws_subnet.blue, green = aws_subnet.green } : tier => [for index in ["0", "1", "2"] : subnets[index].ipv6_cidr_block] } == {
      public = ["2001:db8:1234:1a00::/64", "2001:db8:1234:1a01::/64", "2001:db8:1234:1a02::/64"]
      blue   = ["2001:db8:1234:1a10::/64", "2001:db8:1234:1a11::/64", "2001:db8:1234:1a12::/64"]
      green  = ["2001:db8:1234:1a18::/64", "2001:db8:1234:1a19::/64", "2001:db8:1234:1a1a::/64"]
    }
    error_message = "Each public subnet and each of a color must have a /64 by its tier and its zone's index, so that a further zone moves none."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.blue), values(aws_subnet.green)) : subnet.assign_ipv6_address_on_creation]) && !anytrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.data)) : coalesce(subnet.assign_ipv6_address_on_creation, false)])
    error_message = "Nodes must get an address of IPv6, and nothing else."
  }

  assert {
    condition     = aws_vpc.this[0].assign_generated_ipv6_cidr_block && output.ipv6_cidr == "2001:db8:1234:1a00::/56"
    error_message = "The VPC must have a range from Amazon, and the output must say it."
  }

  assert {
    condition     = alltrue([for subnet in values(aws_subnet.data) : subnet.ipv6_cidr_block == null])
    error_message = "Databases and endpoints are reached by IPv4."
  }
}

run "private_subnets_call_out_and_are_not_called" {
  command = apply

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_route.private_ipv6[index].route_table_id == aws_route_table.private[index].id && aws_route.private_ipv6[index].destination_ipv6_cidr_block == "::/0" && aws_route.private_ipv6[index].egress_only_gateway_id == aws_egress_only_internet_gateway.this[0].id && aws_route.private_ipv6[index].gateway_id == null])
    error_message = "What leaves a private subnet by IPv6 must go through the egress-only gateway."
  }

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_route.private_nat64[index].route_table_id == aws_route_table.private[index].id && aws_route.private_nat64[index].destination_ipv6_cidr_block == "64:ff9b::/96" && aws_route.private_nat64[index].nat_gateway_id == aws_nat_gateway.this[index].id])
    error_message = "NAT64 must lead to the NAT gateway of the zone."
  }

  assert {
    condition     = aws_route.public_ipv6[0].gateway_id == aws_internet_gateway.this[0].id && aws_route.public_ipv6[0].destination_ipv6_cidr_block == "::/0"
    error_message = "Public subnets must lead to the internet gateway by IPv6 too."
  }

  assert {
    condition     = !anytrue([for subnet in concat(values(aws_subnet.blue), values(aws_subnet.green)) : coalesce(subnet.enable_dns64, false)])
    error_message = "DNS64 would lead pods past gateway endpoints, and to databases with an address that these do not let in."
  }
}

run "one_nat_gateway_serves_all_zones" {
  command = apply

  variables {
    nat = "single"
  }

  assert {
    condition     = alltrue([for index in ["0", "1", "2"] : aws_route.private_nat64[index].nat_gateway_id == aws_nat_gateway.this["0"].id])
    error_message = "NAT64 of every zone must lead to the only gateway."
  }
}

run "without_a_way_out_by_ipv4_there_is_none_by_ipv6" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_egress_only_internet_gateway.this) + length(aws_route.private_ipv6) + length(aws_route.private_nat64) == 0
    error_message = "nat = none means that nothing leaves, by IPv6 neither."
  }
}

run "without_ipv6_there_is_nothing_of_it" {
  command = plan

  variables {
    ipv6 = false
  }

  assert {
    condition     = length(aws_egress_only_internet_gateway.this) + length(aws_route.private_ipv6) + length(aws_route.private_nat64) + length(aws_route.public_ipv6) == 0
    error_message = "A network without IPv6 must stay as it is."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.blue), values(aws_subnet.green)) : subnet.ipv6_cidr_block == null && subnet.assign_ipv6_address_on_creation != true]) && aws_vpc.this[0].assign_generated_ipv6_cidr_block != true && output.ipv6_cidr == null
    error_message = "No subnet may have a range of IPv6."
  }
}

run "restricted_egress_is_refused" {
  command = plan

  variables {
    egress = { mode = "restricted", allow = ["ghcr.io"], firewall_subnets = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"], nat_subnets = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"] }
  }

  expect_failures = [var.ipv6]
}

run "a_range_for_pods_is_refused" {
  command = plan

  variables {
    pods = { cidr = "100.64.0.0/16", blue = ["100.64.0.0/20", "100.64.16.0/20", "100.64.32.0/20"], green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"] }
  }

  expect_failures = [var.ipv6]
}

run "an_adopted_vpc_without_its_subnets_is_refused" {
  command = plan

  variables {
    adopt = { vpc_id = "vpc-0a1b2c3d4e5f60718" }
  }

  expect_failures = [var.ipv6]
}
