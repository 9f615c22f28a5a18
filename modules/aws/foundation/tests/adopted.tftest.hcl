# What exists already: it is used and not changed, and the wrong thing is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  adopt  = { vpc_id = "vpc-0a1b2c3d4e5f60718" }
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20"]
  }
}

run "a_vpc_is_used_and_left_as_it_is" {
  command = apply

  override_data {
    target = data.aws_vpc.adopted[0]
    values = { id = "vpc-0a1b2c3d4e5f60718", enable_dns_support = true, enable_dns_hostnames = true, cidr_block = "10.99.0.0/16", cidr_block_associations = [{ association_id = "a", cidr_block = "10.99.0.0/16", state = "associated" }, { association_id = "b", cidr_block = "10.20.0.0/16", state = "associated" }] }
  }

  override_data {
    target = data.aws_internet_gateway.adopted[0]
    values = { id = "igw-1" }
  }

  variables {
    vpn = {
      clients                     = "10.90.0.0/22"
      server_certificate_arn      = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
      client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/22222222-2222-2222-2222-222222222222"
    }
  }

  assert {
    condition     = length(aws_vpc.this) + length(aws_internet_gateway.this) + length(aws_default_security_group.this) + length(aws_flow_log.this) == 0
    error_message = "What belongs to the whole VPC must be left to its owner."
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.green)) : subnet.vpc_id == "vpc-0a1b2c3d4e5f60718"]) && aws_route.public_internet[0].gateway_id == "igw-1" && output.vpc_id == "vpc-0a1b2c3d4e5f60718"
    error_message = "Subnets must be made in the adopted VPC, and the public ones lead to its gateway."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_route.private_nat) == 2
    error_message = "The subnets made in an adopted VPC must have their own ways out."
  }

  assert {
    condition     = aws_ec2_client_vpn_endpoint.this[0].dns_servers == tolist(["10.99.0.2"])
    error_message = "The resolver is in the first range of the VPC, wherever cidr is."
  }

  assert {
    condition     = [for rule in aws_ec2_client_vpn_authorization_rule.resolver : rule.target_network_cidr] == ["10.99.0.2/32"]
    error_message = "Clients must be let through to a resolver outside of cidr, or they find no name."
  }
}

run "a_range_outside_of_the_vpc_is_refused" {
  command = plan

  variables {
    cidr = "10.30.0.0/16"
  }

  expect_failures = [data.aws_vpc.adopted]
}

run "a_vpc_without_names_is_refused" {
  command = plan

  override_data {
    target = data.aws_vpc.adopted[0]
    values = { id = "vpc-0a1b2c3d4e5f60718", enable_dns_support = true, enable_dns_hostnames = false, cidr_block = "10.20.0.0/16", cidr_block_associations = [{ association_id = "a", cidr_block = "10.99.0.0/16", state = "associated" }, { association_id = "b", cidr_block = "10.20.0.0/16", state = "associated" }] }
  }

  expect_failures = [data.aws_vpc.adopted]
}

run "subnets_are_used_and_left_as_they_are" {
  command = apply

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
  }

  assert {
    condition     = length(aws_subnet.public) + length(aws_subnet.data) + length(aws_subnet.blue) + length(aws_subnet.green) + length(aws_route_table.private) + length(aws_route_table.public) + length(aws_route_table.data) + length(aws_nat_gateway.this) == 0
    error_message = "Nothing may be made beside adopted subnets."
  }

  assert {
    condition     = output.zones == ["eu-west-1a", "eu-west-1b"] && join(" ", output.subnet_ids.green) == "subnet-00000006 subnet-00000007" && aws_db_subnet_group.this[0].subnet_ids == toset(output.subnet_ids.data)
    error_message = "The adopted subnets must be handed on in the order of the zones."
  }

  assert {
    condition     = toset([for rule in values(aws_vpc_security_group_ingress_rule.database) : rule.cidr_ipv4]) == toset(["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24", "10.20.7.0/24"])
    error_message = "Databases must let in the adopted subnets of both colors, and nothing else."
  }
}

run "a_subnet_of_another_vpc_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0fedcba9876543210", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [data.aws_subnet.adopted]
}

run "a_subnet_outside_of_the_range_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.99.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [data.aws_subnet.adopted]
}

run "a_private_subnet_with_public_addresses_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = true, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [data.aws_subnet.adopted]
}

run "a_subnet_of_another_drover_cluster_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = { "drover:cluster" = "ledger" } }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [data.aws_subnet.adopted]
}

run "a_subnet_that_another_cluster_owns_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = { "kubernetes.io/cluster/legacy" = "owned" } }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [data.aws_subnet.adopted]
}

run "two_public_subnets_in_one_zone_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [output.zones]
}

run "tiers_in_another_order_is_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets   = null
    nat       = "none"
    endpoints = []
  }

  expect_failures = [output.zones]
}

run "gateways_beside_adopted_subnets_are_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    adopt   = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
    subnets = null
  }

  expect_failures = [data.aws_vpc.adopted]
}

run "a_zone_is_found_by_its_id" {
  command = plan

  variables {
    zone    = "adopt"
    zone_id = "Z0123456789ABCDEFGHIJ"
  }

  assert {
    condition     = output.zone_id == "Z0123456789ABCDEFGHIJ" && length(aws_route53_zone.public) == 0
    error_message = "The zone must be the one that was named."
  }
}

run "a_zone_of_another_domain_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.adopted[0]
    values = { zone_id = "Z0123456789ABCDEFGHIJ", name = "example.com", private_zone = false }
  }

  variables {
    zone    = "adopt"
    zone_id = "Z0123456789ABCDEFGHIJ"
  }

  expect_failures = [data.aws_route53_zone.adopted]
}

run "a_public_zone_for_an_internal_cluster_is_refused" {
  command = plan

  override_data {
    target = data.aws_route53_zone.adopted[0]
    values = { zone_id = "Z0123456789ABCDEFGHIJ", name = "shop.example.com", private_zone = false }
  }

  variables {
    zone       = "adopt"
    zone_id    = "Z0123456789ABCDEFGHIJ"
    visibility = "internal"
  }

  expect_failures = [data.aws_route53_zone.adopted]
}

run "wrong_ids_are_refused" {
  command = plan

  variables {
    zone_id = "shop.example.com"
    adopt   = { vpc_id = "shop" }
  }

  expect_failures = [
    var.adopt,
    var.zone_id,
  ]
}

run "subnets_twice_are_refused" {
  command = plan

  override_data {
    target = data.aws_subnet.adopted["public/0"]
    values = { id = "subnet-00000000", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.0.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["public/1"]
    values = { id = "subnet-00000001", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.1.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/0"]
    values = { id = "subnet-00000002", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.2.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["data/1"]
    values = { id = "subnet-00000003", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.3.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/0"]
    values = { id = "subnet-00000004", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.4.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["blue/1"]
    values = { id = "subnet-00000005", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.5.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/0"]
    values = { id = "subnet-00000006", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.6.0/24", availability_zone = "eu-west-1a", map_public_ip_on_launch = false, tags = {} }
  }

  override_data {
    target = data.aws_subnet.adopted["green/1"]
    values = { id = "subnet-00000007", vpc_id = "vpc-0a1b2c3d4e5f60718", cidr_block = "10.20.7.0/24", availability_zone = "eu-west-1b", map_public_ip_on_launch = false, tags = {} }
  }

  variables {
    nat       = "none"
    endpoints = []
    adopt     = { vpc_id = "vpc-0a1b2c3d4e5f60718", subnets = { public = ["subnet-00000000", "subnet-00000001"], data = ["subnet-00000002", "subnet-00000003"], blue = ["subnet-00000004", "subnet-00000005"], green = ["subnet-00000006", "subnet-00000007"] } }
  }

  expect_failures = [var.subnets]
}
