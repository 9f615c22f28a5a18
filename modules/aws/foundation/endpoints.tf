locals {
  gateway_endpoints   = setintersection(var.endpoints, ["s3", "dynamodb"])
  interface_endpoints = setsubtract(var.endpoints, ["s3", "dynamodb"])
  # "com.amazonaws.eu-west-1", and "cn.com.amazonaws.cn-north-1" in China.
  endpoint_prefix = "${data.aws_partition.current.reverse_dns_prefix}.${local.region}"
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateway_endpoints

  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "${local.endpoint_prefix}.${each.key}"
  route_table_ids   = concat([for table in aws_route_table.private : table.id], aws_route_table.data[*].id)

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "${local.endpoint_prefix}.${each.key}"
  subnet_ids          = local.subnet_ids.data
  security_group_ids  = [aws_security_group.endpoints[0].id]
  private_dns_enabled = true # programs keep using the public name

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_security_group" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Interface endpoints of ${var.name}: HTTPS from the VPC"
  vpc_id      = local.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? length(local.ranges) : 0

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = local.ranges[count.index]
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = var.tags
}
