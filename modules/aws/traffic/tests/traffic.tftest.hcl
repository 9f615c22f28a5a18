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
