# The weights, and what may never be asked for.

mock_provider "aws" {}

variables {
  domain  = "shop.example.com"
  zone_id = "Z1"
  colors = {
    blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95 }
    green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5 }
  }
}

run "both_names_go_the_same_way" {
  command = plan

  assert {
    condition = { for key, record in aws_route53_record.this : key => "${record.name} ${record.set_identifier} ${record.weighted_routing_policy[0].weight} ${record.alias[0].name}" } == {
      "blue/apex"      = "shop.example.com blue 95 blue.elb.example.com"
      "blue/wildcard"  = "*.shop.example.com blue 95 blue.elb.example.com"
      "green/apex"     = "shop.example.com green 5 green.elb.example.com"
      "green/wildcard" = "*.shop.example.com green 5 green.elb.example.com"
    }
    error_message = "The domain and its wildcard must have the same weights, each color to its own load balancer."
  }

  assert {
    condition     = alltrue([for record in values(aws_route53_record.this) : record.type == "A" && record.alias[0].evaluate_target_health])
    error_message = "A color whose targets are gone must be taken out by Route 53 itself."
  }

  assert {
    condition     = output.weights == { blue = 95, green = 5 }
    error_message = "The output must be the weights."
  }
}

run "each_color_is_checked_at_its_own_name" {
  command = apply

  variables {
    health_check = { type = "HTTPS", path = "/healthz" }
  }

  assert {
    condition     = { for color, check in aws_route53_health_check.this : color => "${check.type} ${check.fqdn}:${check.port}${check.resource_path}" } == { blue = "HTTPS blue.shop.example.com:443/healthz", green = "HTTPS green.shop.example.com:443/healthz" }
    error_message = "A color must be checked at its own host name, not at the one that both share."
  }

  assert {
    condition     = alltrue([for key, record in aws_route53_record.this : record.health_check_id == aws_route53_health_check.this[record.set_identifier].id])
    error_message = "A color's records must hang on that color's check."
  }
}

run "a_color_without_traffic_is_not_probed" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100 }
    }
  }

  assert {
    condition     = aws_route53_health_check.this["blue"].disabled && !aws_route53_health_check.this["green"].disabled
    error_message = "Probes of a color at weight 0 would be connections, and it would never be measured quiet."
  }
}

run "moving_weights_alone_changes_no_check" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0, probe = true }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100, probe = true }
    }
  }

  assert {
    condition     = alltrue([for check in values(aws_route53_health_check.this) : !check.disabled])
    error_message = "A color that is to be probed must be probed at any weight: a plan after a change of the weights would not be empty otherwise."
  }
}

run "a_color_that_is_drained_is_not_probed" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0, probe = false }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100, probe = true }
    }
  }

  assert {
    condition     = aws_route53_health_check.this["blue"].disabled && !aws_route53_health_check.this["green"].disabled
    error_message = "Probes are connections: a color that is drained must not get any."
  }
}

run "connection_check_has_no_path" {
  command = plan

  assert {
    condition     = alltrue([for check in values(aws_route53_health_check.this) : check.type == "TCP" && check.resource_path == null])
    error_message = "A TCP check takes no path."
  }
}

run "internal_load_balancers_are_not_checked_from_the_internet" {
  command = plan

  variables {
    health_check = { enabled = false }
  }

  assert {
    condition     = length(aws_route53_health_check.this) == 0 && alltrue([for record in values(aws_route53_record.this) : record.health_check_id == null])
    error_message = "Without checks no record may name one."
  }
}

run "one_color_alone" {
  command = plan

  variables {
    colors = { green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100 } }
  }

  assert {
    condition     = join(" ", keys(aws_route53_record.this)) == "green/apex green/wildcard"
    error_message = "A color that is gone must have no record."
  }
}

run "without_management_there_is_no_record_of_it" {
  command = plan

  assert {
    condition     = length(aws_route53_record.management) == 0
    error_message = "A color without management interfaces must have no record of them."
  }
}

run "management_goes_where_the_domain_goes" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95, management = { domain = "ops.shop.example.com", dns_name = "blue-mgmt.elb.example.com", zone_id = "Z2" } }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5, management = { domain = "ops.shop.example.com", dns_name = "green-mgmt.elb.example.com", zone_id = "Z2" } }
    }
  }

  assert {
    condition = { for key, record in aws_route53_record.management : key => "${record.name} ${record.set_identifier} ${record.weighted_routing_policy[0].weight} ${record.alias[0].name}" } == {
      "blue/apex"      = "ops.shop.example.com blue 95 blue-mgmt.elb.example.com"
      "blue/wildcard"  = "*.ops.shop.example.com blue 95 blue-mgmt.elb.example.com"
      "green/apex"     = "ops.shop.example.com green 5 green-mgmt.elb.example.com"
      "green/wildcard" = "*.ops.shop.example.com green 5 green-mgmt.elb.example.com"
    }
    error_message = "Management must have the domain's weights, each color to its own load balancer for it."
  }

  assert {
    condition     = alltrue([for record in values(aws_route53_record.management) : record.health_check_id == null && record.alias[0].evaluate_target_health])
    error_message = "Management must not go away with the applications, and must with its own nodes."
  }

  assert {
    condition     = length(aws_route53_record.this) == 4 && length(aws_route53_health_check.this) == 2
    error_message = "The domain's own records must stay as they are."
  }
}

run "one_color_with_management_has_all_of_it" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 95 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 5, management = { domain = "ops.shop.example.com", dns_name = "green-mgmt.elb.example.com", zone_id = "Z2" } }
    }
  }

  assert {
    condition     = { for key, record in aws_route53_record.management : key => "${record.name} ${record.weighted_routing_policy[0].weight}" } == { "green/apex" = "ops.shop.example.com 5", "green/wildcard" = "*.ops.shop.example.com 5" }
    error_message = "The color that has management must serve it, and the other must have no record of it."
  }
}

run "one_color_with_management_and_no_weight_has_none_of_it" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 100 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 0, management = { domain = "ops.shop.example.com", dns_name = "green-mgmt.elb.example.com", zone_id = "Z2" } }
    }
  }

  assert {
    condition     = length(aws_route53_record.management) == 0
    error_message = "Alone with the weight 0, a record would lead to a color that nothing is meant to lead to."
  }
}

run "standby_keeps_its_record_beside_one_with_weight" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0, management = { domain = "ops.shop.example.com", dns_name = "blue-mgmt.elb.example.com", zone_id = "Z2" } }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100, management = { domain = "ops.shop.example.com", dns_name = "green-mgmt.elb.example.com", zone_id = "Z2" } }
    }
  }

  assert {
    condition     = { for key, record in aws_route53_record.management : key => record.weighted_routing_policy[0].weight } == { "blue/apex" = 0, "blue/wildcard" = 0, "green/apex" = 100, "green/wildcard" = 100 }
    error_message = "At the weight 0 beside another, a color is the last resort."
  }
}

run "each_domain_of_management_is_a_group_of_its_own" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0, management = { domain = "ops.shop.example.com", dns_name = "blue-mgmt.elb.example.com", zone_id = "Z2" } }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 100, management = { domain = "admin.shop.example.com", dns_name = "green-mgmt.elb.example.com", zone_id = "Z2" } }
    }
  }

  assert {
    condition     = { for key, record in aws_route53_record.management : key => record.name } == { "green/apex" = "admin.shop.example.com", "green/wildcard" = "*.admin.shop.example.com" }
    error_message = "A color must not be led to by a domain that it does not serve, nor a domain by zeros alone."
  }
}

run "management_outside_the_zone_is_refused" {
  command = plan

  variables {
    colors = { blue = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 100, management = { domain = "ops.example.com", dns_name = "blue-mgmt.elb.example.com", zone_id = "Z2" } } }
  }

  expect_failures = [var.colors]
}

run "all_weights_zero_is_refused" {
  command = plan

  variables {
    colors = {
      blue  = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0 }
      green = { dns_name = "green.elb.example.com", zone_id = "Z2", weight = 0 }
    }
  }

  expect_failures = [aws_route53_record.this]
}

run "no_color_is_refused" {
  command = plan

  variables {
    colors = {}
  }

  expect_failures = [output.weights]
}

run "domain_that_is_an_address_is_refused" {
  command = plan

  variables {
    domain = "shop.example.com."
  }

  expect_failures = [var.domain]
}

run "third_color_is_refused" {
  command = plan

  variables {
    colors = { red = { dns_name = "red.elb.example.com", zone_id = "Z2", weight = 100 } }
  }

  expect_failures = [var.colors]
}

run "weight_that_route53_lacks_is_refused" {
  command = plan

  variables {
    colors = { blue = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 256 } }
  }

  expect_failures = [var.colors]
}

run "half_a_weight_is_refused" {
  command = plan

  variables {
    colors = { blue = { dns_name = "blue.elb.example.com", zone_id = "Z2", weight = 0.5 } }
  }

  expect_failures = [var.colors]
}

run "unknown_check_is_refused" {
  command = plan

  variables {
    health_check = { type = "PING" }
  }

  expect_failures = [var.health_check]
}

run "path_without_a_slash_is_refused" {
  command = plan

  variables {
    health_check = { type = "HTTP", path = "healthz" }
  }

  expect_failures = [var.health_check]
}

run "port_out_of_range_is_refused" {
  command = plan

  variables {
    health_check = { port = 70000 }
  }

  expect_failures = [var.health_check]
}
