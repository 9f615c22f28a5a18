locals {
  restricted = var.egress.mode == "restricted"

  # Zones with a firewall: all, or none.
  firewall_zones = local.restricted ? local.own_zones : {}

  # The firewall tells which endpoint it made in which zone.
  firewall_endpoints = {
    for index, zone in local.firewall_zones : index => one([
      for state in aws_networkfirewall_firewall.this[0].firewall_status[0].sync_states : state.attachment[0].endpoint_id
      if state.availability_zone == zone
    ])
  }
}

resource "aws_subnet" "firewall" {
  for_each = local.firewall_zones

  vpc_id            = local.vpc_id
  availability_zone = each.value
  cidr_block        = var.egress.firewall_subnets[tonumber(each.key)]

  tags = merge(var.tags, { Name = "${var.name}-firewall-${each.value}" })
}

resource "aws_networkfirewall_firewall" "this" {
  count = local.restricted ? 1 : 0

  name                = var.name
  description         = "What leaves the drover cluster ${var.name}"
  vpc_id              = local.vpc_id
  firewall_policy_arn = aws_networkfirewall_firewall_policy.this[0].arn
  # Opening the way out again has to be one apply, and not two.
  delete_protection = false

  dynamic "subnet_mapping" {
    for_each = aws_subnet.firewall

    content {
      subnet_id = subnet_mapping.value.id
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.this.arn
  }

  tags = var.tags
}

# Rules are evaluated in the order that they are written in, and what none of them lets pass is dropped.
resource "aws_networkfirewall_firewall_policy" "this" {
  count = local.restricted ? 1 : 0

  name        = var.name
  description = "The drover cluster ${var.name} reaches named hosts, and nothing else"

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    # A connection has to be made before its first message can say the name of a host, so handshakes
    # pass; what follows one is dropped, and logged, unless its name is allowed.
    stateful_default_actions = ["aws:drop_established", "aws:alert_established"]

    stateful_engine_options {
      rule_order = "STRICT_ORDER"
      # A connection that the firewall did not see begin ends at once, instead of hanging.
      stream_exception_policy = "REJECT"
    }

    policy_variables {
      rule_variables {
        key = "HOME_NET"

        ip_set {
          definition = local.ranges
        }
      }
    }

    dynamic "stateful_rule_group_reference" {
      for_each = aws_networkfirewall_rule_group.udp

      content {
        priority     = 1
        resource_arn = stateful_rule_group_reference.value.arn
      }
    }

    stateful_rule_group_reference {
      priority     = 2
      resource_arn = aws_networkfirewall_rule_group.protocols[0].arn
    }

    stateful_rule_group_reference {
      priority     = 3
      resource_arn = aws_networkfirewall_rule_group.names[0].arn
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.this.arn
  }

  tags = var.tags
}

# Without this, a message without a connection could leave, and carry data, before anything is
# "established". Names are asked of the VPC's resolver and the time of 169.254.169.123, neither of which is behind the
# firewall (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-ec2-ntp.html); QUIC falls back to TCP.
resource "aws_networkfirewall_rule_group" "protocols" {
  count = local.restricted ? 1 : 0

  name        = "${var.name}-tcp-only"
  description = "Nothing but TCP leaves ${var.name}, unless a rule before these lets it"
  type        = "STATEFUL"
  capacity    = 10

  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = { for index, pair in setproduct(local.ranges, ["UDP", "ICMP"]) : index + 1 => { range = pair[0], protocol = pair[1] } }

        content {
          action = "DROP"

          header {
            protocol         = stateful_rule.value.protocol
            source           = stateful_rule.value.range
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = "ANY"
            destination_port = "ANY"
          }

          rule_option {
            keyword  = "sid"
            settings = [tostring(stateful_rule.key)]
          }
        }
      }
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.this.arn
  }

  tags = var.tags
}

# The name is the one that a client says, in the first message of TLS or in the header of HTTP.
resource "aws_networkfirewall_rule_group" "names" {
  count = local.restricted ? 1 : 0

  name        = "${var.name}-names"
  description = "Hosts that ${var.name} may reach"
  type        = "STATEFUL"
  # It can never change, so it has room for as many names as the variable takes, twice each: TLS and HTTP.
  capacity = 1000

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"

        ip_set {
          definition = local.ranges
        }
      }
    }

    rules_source {
      rules_source_list {
        generated_rules_type = "ALLOWLIST"
        target_types         = ["HTTP_HOST", "TLS_SNI"]
        targets              = var.egress.allow
      }
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }

  encryption_configuration {
    type   = "CUSTOMER_KMS"
    key_id = aws_kms_key.this.arn
  }

  tags = var.tags
}
