# Records of IPv6, which must never lead to other shares than those of IPv4.

mock_provider "aws" {}

variables {
  domain  = "shop.example.com"
  zone_id = "Z1"
  colors = {
    blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95, ipv6 = true }
    green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5, ipv6 = true }
  }
}

run "records_of_ipv6_are_those_of_ipv4" {
  command = apply

  assert {
    condition     = { for key, record in aws_route53_record.ipv6 : key => [record.name, record.set_identifier, record.weighted_routing_policy, record.alias, record.health_check_id] } == { for key, record in aws_route53_record.this : key => [record.name, record.set_identifier, record.weighted_routing_policy, record.alias, record.health_check_id] }
    error_message = "Each record of IPv4 must have one of IPv6 with the same name, weight, target and check."
  }

  assert {
    condition     = length(aws_route53_record.ipv6) == 4 && alltrue([for record in values(aws_route53_record.ipv6) : record.type == "AAAA"])
    error_message = "There must be AAAA records for the domain and its wildcard, for each color."
  }
}

run "a_color_without_ipv6_and_with_traffic_keeps_them_away" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5, ipv6 = true }
    }
  }

  assert {
    condition     = length(aws_route53_record.ipv6) == 0 && length(aws_route53_record.this) == 4
    error_message = "Clients that have IPv6 prefer it: all of them would be on green, which is meant to have 5 percent."
  }
}

run "a_color_without_ipv6_and_without_traffic_does_not" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100, ipv6 = true }
    }
  }

  assert {
    condition     = keys(aws_route53_record.ipv6) == ["green/apex", "green/wildcard"]
    error_message = "Once all traffic is green's, its records of IPv6 must be there."
  }
}

run "without_ipv6_nothing_changes" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5, ipv6 = null }
    }
  }

  assert {
    condition     = length(aws_route53_record.ipv6) == 0
    error_message = "Colors that say nothing of IPv6 must have no record of it."
  }
}
