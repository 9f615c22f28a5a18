# What has to leave by UDP, such as calls (STUN and TURN) and tunnels: to named ranges and ports only, as a message
# without a connection says no name.
resource "aws_networkfirewall_rule_group" "udp" {
  count = local.restricted && length(var.egress.udp) > 0 ? 1 : 0

  name        = "${var.name}-udp"
  description = "Where ${var.name} may send UDP to"
  type        = "STATEFUL"
  # It can never change, so it has room for as many rules as the variable takes, twice each: pods may have a range of their own.
  capacity = 200

  rule_group {
    rules_source {
      dynamic "stateful_rule" {
        for_each = { for index, pair in setproduct(local.ranges, var.egress.udp) : index + 1 => { range = pair[0], to = pair[1] } }

        content {
          action = "PASS"

          header {
            protocol         = "UDP"
            source           = stateful_rule.value.range
            source_port      = "ANY"
            direction        = "FORWARD"
            destination      = stateful_rule.value.to.cidr
            destination_port = tostring(stateful_rule.value.to.port)
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

  lifecycle {
    # So that it goes after the policy has let go of it.
    create_before_destroy = true
  }
}
