# What the module refuses, before anything is planned. A run costs the start of a provider, so each
# gives one wrong value to every variable that has one left to try; each of them has to be refused.

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
}


run "wrong_values_1" {
  command = plan

  variables {
    # name with capitals
    name = "Shop"

    # cidr is no range
    cidr = "10.20.0.0"

    # one zone only
    subnets = { public = ["10.20.0.0/24"], data = ["10.20.1.0/24"], blue = ["10.20.2.0/24"], green = ["10.20.3.0/24"] }

    # unknown nat
    nat = "instance"

    # endpoint that is no name
    endpoints = ["com.amazonaws/s3"]

    # retention that cloudwatch lacks
    flow_logs_retention_days = 45

    # retention that cloudwatch lacks
    control_plane_log_retention_days = 0

    # domain without a dot
    domain = "shop"

    # unknown zone mode
    zone = "import"

    # unknown visibility
    visibility = "private"

    # repository with capitals
    registry = { repositories = ["Checkout"] }

    # unknown engine
    databases = { orders = { engine = "oracle", version = "19", class = "db.r7g.large", storage_gib = 100 } }

    # secrets prefix with a slash
    secrets_prefix = "shop/"
  }

  expect_failures = [
    var.cidr,
    var.control_plane_log_retention_days,
    var.databases,
    var.domain,
    var.endpoints,
    var.flow_logs_retention_days,
    var.name,
    var.nat,
    var.registry,
    var.secrets_prefix,
    var.subnets,
    var.visibility,
    var.zone,
  ]
}

run "wrong_values_2" {
  command = plan

  variables {
    # name too long
    name = "a-name-that-is-much-longer-than-forty-characters"

    # cidr larger than a vpc
    cidr = "10.0.0.0/8"

    # tiers of different length
    subnets = { public = ["10.20.0.0/24", "10.20.1.0/24"], data = ["10.20.2.0/24", "10.20.3.0/24"], blue = ["10.20.4.0/24"], green = ["10.20.5.0/24", "10.20.6.0/24"] }

    # same endpoint twice
    endpoints = ["sts", "sts"]

    # domain with a dot at its end
    domain = "shop.example.com."

    # upstream that wants credentials
    registry = { pull_through = ["docker-hub"] }

    # mysql major version only
    databases = { orders = { engine = "mysql", version = "8", class = "db.r7g.large", storage_gib = 100 } }
  }

  expect_failures = [
    var.cidr,
    var.databases,
    var.domain,
    var.endpoints,
    var.name,
    var.registry,
    var.subnets,
  ]
}

run "wrong_values_3" {
  command = plan

  variables {
    # colors share a subnet
    subnets = { public = ["10.20.0.0/24", "10.20.1.0/24"], data = ["10.20.2.0/24", "10.20.3.0/24"], blue = ["10.20.4.0/24", "10.20.5.0/24"], green = ["10.20.4.0/24", "10.20.6.0/24"] }

    # class without db
    databases = { orders = { engine = "postgres", version = "16", class = "r7g.large", storage_gib = 100 } }

    # name that ec2 refuses
    name = "sg-shop"
  }

  expect_failures = [
    var.databases,
    var.name,
    var.subnets,
  ]
}

run "wrong_values_4" {
  command = plan

  variables {
    # too few zones
    zones = ["eu-west-1a", "eu-west-1b"]

    # storage too small
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 5 } }

    # name with two dashes
    name = "shop--prod"

    # pods in the network's own range
    pods = { cidr = "10.20.0.0/16", blue = ["10.20.0.0/20", "10.20.16.0/20", "10.20.32.0/20"], green = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"] }
  }

  expect_failures = [
    var.databases,
    var.name,
    var.pods,
    var.zones,
  ]
}

run "wrong_values_5" {
  command = plan

  variables {
    # same zone twice
    zones = ["eu-west-1a", "eu-west-1b", "eu-west-1b"]

    # backups longer than rds keeps
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100, backup_days = 90 } }

    # unknown egress mode
    egress = { mode = "closed" }

    # a range that AWS does not add to this VPC
    pods = { cidr = "172.16.0.0/16", blue = ["172.16.0.0/20", "172.16.16.0/20", "172.16.32.0/20"], green = ["172.16.128.0/20", "172.16.144.0/20", "172.16.160.0/20"] }
  }

  expect_failures = [
    var.databases,
    var.egress,
    var.pods,
    var.zones,
  ]
}

run "wrong_values_6" {
  command = plan

  variables {
    # every secret of the account
    identities = { greedy = { namespace = "x", service_account = "x", secrets = ["*"] } }

    # restricted to nothing
    egress = { mode = "restricted", firewall_subnets = ["10.20.240.0/28", "10.20.240.16/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28"] }

    # a zone without pods
    pods = { cidr = "100.64.0.0/16", blue = ["100.64.0.0/20", "100.64.16.0/20"], green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"] }
  }

  expect_failures = [
    var.egress,
    var.identities,
    var.pods,
  ]
}

run "wrong_values_7" {
  command = plan

  variables {
    # database that does not exist
    identities = { lost = { namespace = "x", service_account = "x", databases = ["orders"] } }

    # address of a page instead of a host
    egress = { mode = "restricted", allow = ["https://ghcr.io"], firewall_subnets = ["10.20.240.0/28", "10.20.240.16/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28"] }

    # a subnet outside of the range for pods
    pods = { cidr = "100.64.0.0/16", blue = ["100.65.0.0/20", "100.64.16.0/20", "100.64.32.0/20"], green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"] }
  }

  expect_failures = [
    var.egress,
    var.identities,
    var.pods,
  ]
}

run "wrong_values_8" {
  command = plan

  variables {
    # bucket with a wildcard
    identities = { greedy = { namespace = "x", service_account = "x", buckets = ["shop-*"] } }

    # a zone without a firewall
    egress = { mode = "restricted", allow = ["ghcr.io"], firewall_subnets = ["10.20.240.0/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28", "10.20.240.64/28"] }

    # smaller than a VPC takes
    pods = { cidr = "100.64.0.0/30", blue = ["100.64.0.0/32", "100.64.0.1/32", "100.64.0.2/32"], green = ["100.64.0.3/32", "100.64.0.4/32", "100.64.0.5/32"] }
  }

  expect_failures = [
    var.egress,
    var.identities,
    var.pods,
  ]
}

run "wrong_values_9" {
  command = plan

  variables {
    # two identities of one account
    identities = { one = { namespace = "x", service_account = "x" }, two = { namespace = "x", service_account = "x" } }

    # a firewall in a public subnet
    egress = { mode = "restricted", allow = ["ghcr.io"], firewall_subnets = ["10.20.0.0/24", "10.20.240.16/28", "10.20.240.80/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28", "10.20.240.64/28"] }

    # no id of a vpc
    peerings = { data = { vpc_id = "data", ranges = ["10.30.0.0/16"] } }
  }

  expect_failures = [
    var.egress,
    var.identities,
    var.peerings,
  ]
}

run "wrong_values_10" {
  command = plan

  variables {
    # firewall subnet too small
    egress = { mode = "restricted", allow = ["ghcr.io"], firewall_subnets = ["10.20.240.0/29", "10.20.240.16/28", "10.20.240.80/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28", "10.20.240.64/28"] }

    # a peer that overlaps
    peerings = { data = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = ["10.0.0.0/8"] } }
  }

  expect_failures = [
    var.egress,
    var.peerings,
  ]
}

run "wrong_values_11" {
  command = plan

  variables {
    # no nat behind the firewall
    nat = "none"

    egress = { mode = "restricted", allow = ["ghcr.io"], firewall_subnets = ["10.20.240.0/28", "10.20.240.16/28", "10.20.240.80/28"], nat_subnets = ["10.20.240.32/28", "10.20.240.48/28", "10.20.240.64/28"] }

    # two peers with one range
    peerings = { one = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = ["10.30.0.0/16"] }, two = { vpc_id = "vpc-0fedcba9876543210", ranges = ["10.30.0.0/16"] } }
  }

  expect_failures = [
    var.egress,
    var.peerings,
  ]
}

run "wrong_values_12" {
  command = plan

  variables {
    # names without a restriction
    egress = { allow = ["ghcr.io"] }

    # a peer without a range
    peerings = { data = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = [] } }
  }

  expect_failures = [
    var.egress,
    var.peerings,
  ]
}

run "wrong_values_13" {
  command = plan

  variables {
    # retention that cloudwatch lacks
    egress = { log_retention_days = 45 }

    # a peer in no account
    peerings = { data = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = ["10.30.0.0/16"], account = "acme" } }
  }

  expect_failures = [
    var.egress,
    var.peerings,
  ]
}

run "wrong_transit_1" {
  command = plan

  variables {
    # no id of a transit gateway
    transit_gateway = { id = "hub", subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = ["10.0.0.0/8"] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_transit_2" {
  command = plan

  variables {
    # a zone without an interface
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.224.0/24", "10.20.225.0/24"], ranges = ["10.0.0.0/8"] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_transit_3" {
  command = plan

  variables {
    # the subnet of a load balancer
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.0.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = ["10.0.0.0/8"] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_transit_4" {
  command = plan

  variables {
    # a route into the network itself
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = ["10.20.64.0/20"] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_transit_5" {
  command = plan

  variables {
    # a second default route
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = ["0.0.0.0/0"] }

    # a role that the blue cluster has
    identities = { blue-node = { namespace = "x", service_account = "x" } }
  }

  expect_failures = [
    var.identities,
    var.transit_gateway,
  ]
}

run "wrong_transit_6" {
  command = plan

  variables {
    # no route at all
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = [] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_transit_7" {
  command = plan

  variables {
    # two ways to one range
    peerings        = { data = { vpc_id = "vpc-0a1b2c3d4e5f60718", ranges = ["10.30.0.0/16"] } }
    transit_gateway = { id = "tgw-0a1b2c3d4e5f60718", subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"], ranges = ["10.30.0.0/16"] }
  }

  expect_failures = [
    var.transit_gateway,
  ]
}

run "wrong_ways_out_1" {
  command = plan

  variables {
    # a login is missing
    registry = { pull_through = ["docker-hub"] }

    # udp without a restriction
    egress = { udp = [{ cidr = "203.0.113.0/24", port = 3478 }] }

    # unknown destination
    flow_logs_to = "firehose"
  }

  expect_failures = [var.egress, var.flow_logs_to, var.registry]
}

run "wrong_ways_out_2" {
  command = plan

  variables {
    # a secret that ECR refuses
    registry = { pull_through = ["gitlab"], logins = { gitlab = "shop/gitlab" } }

    # udp to everywhere
    egress = {
      mode             = "restricted"
      allow            = ["ghcr.io"]
      udp              = [{ cidr = "0.0.0.0/0", port = 443 }]
      firewall_subnets = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"]
      nat_subnets      = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"]
    }
  }

  expect_failures = [var.egress, var.registry]
}

run "policy_by_its_name_is_refused" {
  command = plan

  variables {
    identities = { queue = { namespace = "shop", service_account = "queue", policies = { managed = ["AmazonS3ReadOnlyAccess"] } } }
  }

  expect_failures = [var.identities]
}

run "statement_about_nothing_is_refused" {
  command = plan

  variables {
    identities = { queue = { namespace = "shop", service_account = "queue", policies = { statements = [{ actions = ["sqs:SendMessage"], resources = [] }] } } }
  }

  expect_failures = [var.identities]
}
