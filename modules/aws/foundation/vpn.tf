locals {
  vpn      = var.vpn == null ? 0 : 1
  resolver = cidrhost(local.own_vpc ? var.cidr : data.aws_vpc.adopted[0].cidr_block, 2)
}

# Engineers reach the network, and with it the Kubernetes API of either color, with a certificate of
# their own. Only what is for the VPC goes through the tunnel, and nothing else is let through.
resource "aws_ec2_client_vpn_endpoint" "this" {
  count = local.vpn

  description            = "Engineers into the network of ${var.name}"
  client_cidr_block      = var.vpn.clients
  server_certificate_arn = var.vpn.server_certificate_arn
  vpc_id                 = local.vpc_id
  security_group_ids     = [aws_security_group.vpn[0].id]
  split_tunnel           = true
  transport_protocol     = "udp"
  # The VPC's own resolver, so that private zones and the API's private name are found.
  dns_servers           = [local.resolver]
  session_timeout_hours = 12

  authentication_options {
    type                       = "certificate-authentication"
    root_certificate_chain_arn = var.vpn.client_root_certificate_arn
  }

  connection_log_options {
    enabled               = true
    cloudwatch_log_group  = aws_cloudwatch_log_group.vpn[0].name
    cloudwatch_log_stream = aws_cloudwatch_log_stream.vpn[0].name
  }

  tags = merge(var.tags, { Name = var.name })
}

# The data subnets: no color owns them, and they have no way to the internet that a client could take.
resource "aws_ec2_client_vpn_network_association" "this" {
  for_each = var.vpn == null ? {} : local.zones

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this[0].id
  subnet_id              = local.subnet_ids.data[tonumber(each.key)]
}

# Certificates know no groups: whoever has one reaches the VPC, and nothing beyond it.
resource "aws_ec2_client_vpn_authorization_rule" "vpc" {
  count = local.vpn

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this[0].id
  description            = "The network of ${var.name}"
  target_network_cidr    = var.cidr
  authorize_all_groups   = true
}

# That of an adopted VPC may lie outside of the part of it that is this cluster's, and no name would be found.
resource "aws_ec2_client_vpn_authorization_rule" "resolver" {
  count = local.own_vpc || cidrhost("${local.resolver}/${split("/", var.cidr)[1]}", 0) == cidrhost(var.cidr, 0) ? 0 : local.vpn

  client_vpn_endpoint_id = aws_ec2_client_vpn_endpoint.this[0].id
  description            = "The resolver of the VPC"
  target_network_cidr    = "${local.resolver}/32"
  authorize_all_groups   = true
}

resource "aws_security_group" "vpn" {
  count = local.vpn

  name        = "${var.name}-vpn"
  description = "VPN clients of ${var.name}: to the VPC"
  vpc_id      = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-vpn" })
}

# What each service lets in is its own affair: databases, for one, take nothing from here.
resource "aws_vpc_security_group_egress_rule" "vpn" {
  count = local.vpn

  security_group_id = aws_security_group.vpn[0].id
  description       = "VPN clients to the VPC"
  cidr_ipv4         = var.cidr
  ip_protocol       = "-1"

  tags = var.tags
}

resource "aws_cloudwatch_log_group" "vpn" {
  count = local.vpn

  name              = "${local.log_prefix}/vpn"
  retention_in_days = var.vpn.log_retention_days
  kms_key_id        = aws_kms_key.this.arn

  tags = var.tags
}

resource "aws_cloudwatch_log_stream" "vpn" {
  count = local.vpn

  name           = "connections"
  log_group_name = aws_cloudwatch_log_group.vpn[0].name
}
