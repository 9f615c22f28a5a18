# The client VPN: who gets in, and how far.

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
  vpn = {
    clients                     = "10.90.0.0/22"
    server_certificate_arn      = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
    client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/22222222-2222-2222-2222-222222222222"
  }
}

run "no_vpn_makes_nothing" {
  command = plan

  variables {
    vpn = null
  }

  assert {
    condition = alltrue([
      for resources in [
        aws_ec2_client_vpn_endpoint.this, aws_ec2_client_vpn_authorization_rule.vpc, aws_security_group.vpn,
        aws_vpc_security_group_egress_rule.vpn, aws_cloudwatch_log_group.vpn, aws_cloudwatch_log_stream.vpn,
      ] : length(resources) == 0
    ]) && length(aws_ec2_client_vpn_network_association.this) == 0 && output.vpn_endpoint_id == null && output.vpn_security_group_id == null
    error_message = "Without a VPN there must be nothing of one."
  }
}

run "clients_show_a_certificate" {
  command = apply

  assert {
    condition = [for option in aws_ec2_client_vpn_endpoint.this[0].authentication_options : "${option.type} ${option.root_certificate_chain_arn}"] == [
      "certificate-authentication ${var.vpn.client_root_certificate_arn}"
    ]
    error_message = "Clients must be authenticated by their certificates, and by nothing else."
  }

  assert {
    condition     = aws_ec2_client_vpn_endpoint.this[0].server_certificate_arn == var.vpn.server_certificate_arn && aws_ec2_client_vpn_endpoint.this[0].client_cidr_block == "10.90.0.0/22"
    error_message = "The endpoint must have the certificate and the range that were given."
  }

  assert {
    condition     = aws_ec2_client_vpn_endpoint.this[0].split_tunnel && aws_ec2_client_vpn_endpoint.this[0].dns_servers == tolist(["10.20.0.2"])
    error_message = "Only what is for the VPC must take the tunnel, and names be asked of the VPC."
  }
}

run "clients_reach_the_network_from_every_zone_and_nothing_else" {
  command = apply

  assert {
    condition     = { for index, association in aws_ec2_client_vpn_network_association.this : index => association.subnet_id } == { for index in ["0", "1", "2"] : index => aws_subnet.data[index].id }
    error_message = "The VPN must be in the data subnet of every zone."
  }

  assert {
    condition     = length(aws_ec2_client_vpn_authorization_rule.vpc) == 1 && aws_ec2_client_vpn_authorization_rule.vpc[0].target_network_cidr == var.cidr
    error_message = "Clients must be let through to the VPC only."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.vpn) == 1 && aws_vpc_security_group_egress_rule.vpn[0].cidr_ipv4 == var.cidr && aws_ec2_client_vpn_endpoint.this[0].security_group_ids == toset([aws_security_group.vpn[0].id])
    error_message = "The endpoint's security group must lead to the VPC only."
  }

  assert {
    condition     = output.vpn_security_group_id == aws_security_group.vpn[0].id
    error_message = "What lets VPN clients in must be told by which group they come."
  }
}

run "connections_are_logged_encrypted" {
  command = apply

  assert {
    condition     = aws_ec2_client_vpn_endpoint.this[0].connection_log_options[0].enabled && aws_ec2_client_vpn_endpoint.this[0].connection_log_options[0].cloudwatch_log_group == "/drover/shop/vpn" && aws_cloudwatch_log_group.vpn[0].kms_key_id == aws_kms_key.this.arn && aws_cloudwatch_log_group.vpn[0].retention_in_days == 90
    error_message = "Connections must be logged, encrypted, for a time."
  }
}

run "clients_range_too_small" {
  command = plan

  variables {
    vpn = { clients = "10.90.0.0/24", server_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1", client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/2" }
  }

  expect_failures = [var.vpn]
}

run "clients_range_in_the_network" {
  command = plan

  variables {
    vpn = { clients = "10.20.8.0/22", server_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1", client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/2" }
  }

  expect_failures = [var.vpn]
}

run "network_in_the_clients_range" {
  command = plan

  variables {
    vpn = { clients = "10.16.0.0/12", server_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1", client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/2" }
  }

  expect_failures = [var.vpn]
}

run "certificate_of_iam" {
  command = plan

  variables {
    vpn = { clients = "10.90.0.0/22", server_certificate_arn = "arn:aws:iam::123456789012:server-certificate/vpn", client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/2" }
  }

  expect_failures = [var.vpn]
}

run "no_room_in_the_data_subnets" {
  command = plan

  variables {
    subnets = {
      public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
      data   = ["10.20.4.0/27", "10.20.4.32/27", "10.20.4.64/27"]
      blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
      green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
    }
  }

  expect_failures = [var.vpn]
}
