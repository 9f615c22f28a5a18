# What the module refuses, before anything is planned. A run costs the start of a provider, so each
# gives one wrong value to every variable that has one left to try; each of them has to be refused.
# A variable whose rules look at another is judged only where that other one is right.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "shop"
  color              = "blue"
  kubernetes_version = "1.33"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-b0", "subnet-b1", "subnet-b2"]
  public_subnet_ids  = ["subnet-p0", "subnet-p1", "subnet-p2"]
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group          = "/aws/eks/shop-blue/cluster"
  domain             = "shop.example.com"
  zone_id            = "Z1"
  node_pools = {
    general = { machines = ["m7i.large", "m6i.large"], min = 3, max = 12 }
  }
}

run "wrong_values_1" {
  command = plan

  variables {
    # third color
    color = "red"

    # name with a dash at its end
    name = "shop-"

    # version with a patch
    kubernetes_version = "1.33.2"

    # unknown log
    logs = ["audit", "etcd"]

    # logs kept for ever

    # one subnet
    subnet_ids = ["subnet-b0"]

    # services in public addresses
    services_cidr = "100.64.0.0/16"

    # api for everyone
    api = { access = "restricted", allow = ["0.0.0.0/0"] }

    # private endpoint for everyone
    allow_api_from = ["0.0.0.0/0"]

    # admin that is no arn
    admins = ["alice"]

    # no network plugin
    addons = { kube-proxy = {}, coredns = {}, eks-pod-identity-agent = {} }

    # management beside the domain
    management = { domain = "ops.example.com", allow = ["10.0.0.0/16"] }
  }

  expect_failures = [
    var.addons,
    var.admins,
    var.allow_api_from,
    var.api,
    var.color,
    var.kubernetes_version,
    var.logs,
    var.management,
    var.name,
    var.services_cidr,
    var.subnet_ids,
  ]
}

run "wrong_values_2" {
  command = plan

  variables {
    # services range too small
    services_cidr = "172.20.0.0/25"

    # unknown visibility
    ingress = { visibility = "private" }

    # restricted to nobody
    api = { access = "restricted" }

    # admin twice
    admins = ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/a"]

    # pool with a long name
    node_pools = { a-pool-with-a-name-of-more-than-thirty-characters = { machines = ["m7i.large"], min = 1, max = 3 } }

    # add-on version without its build
    addons = { kube-proxy = { version = "1.33.3" }, coredns = {}, eks-pod-identity-agent = {}, vpc-cni = {} }
  }

  expect_failures = [
    var.addons,
    var.admins,
    var.api,
    var.ingress,
    var.node_pools,
    var.services_cidr,
  ]
}

run "wrong_values_3" {
  command = plan

  variables {
    # nobody may come in
    ingress = { allow = [] }

    # public api
    api = { access = "public" }

    # viewer who is an admin
    admins  = ["arn:aws:iam::123456789012:role/a"]
    viewers = ["arn:aws:iam::123456789012:role/a"]

    # pool without machines
    node_pools = { general = { machines = [], min = 1, max = 3 } }
  }

  expect_failures = [
    var.api,
    var.ingress,
    var.node_pools,
    var.viewers,
  ]
}

run "wrong_values_4" {
  command = plan

  variables {
    # port that is no node port
    ingress = { node_ports = { http = 80 } }

    # pool of two architectures
    node_pools = { general = { machines = ["m7i.large", "m7g.large"], min = 1, max = 3 } }
  }

  expect_failures = [
    var.ingress,
    var.node_pools,
  ]
}

run "wrong_values_5" {
  command = plan

  variables {
    # both on one port
    ingress = { node_ports = { http = 30080, https = 30080 } }

    # unknown capacity
    node_pools = { general = { machines = ["m7i.large"], min = 1, max = 3, capacity = "reserved" } }
  }

  expect_failures = [
    var.ingress,
    var.node_pools,
  ]
}

run "wrong_values_6" {
  command = plan

  variables {
    # certificate of iam
    ingress = { certificate_arn = "arn:aws:iam::123456789012:server-certificate/shop" }

    # max below min
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 2 } }
  }

  expect_failures = [
    var.ingress,
    var.node_pools,
  ]
}

run "wrong_values_7" {
  command = plan

  variables {
    # log of connections that the load balancer cannot read
    ingress = { access_logs = { bucket = "acme-access-logs" } }

    # disk too small
    node_pools = { general = { machines = ["m7i.large"], min = 1, max = 3, disk_gib = 8 } }
  }

  expect_failures = [
    var.ingress,
    var.node_pools,
  ]
}

run "wrong_values_8" {
  command = plan

  variables {
    # bucket by its arn
    ingress = { certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1", access_logs = { bucket = "arn:aws:s3:::acme" } }

    # taint in the spelling of eks
    node_pools = { general = { machines = ["m7i.large"], min = 1, max = 3, taints = [{ key = "a", effect = "NO_SCHEDULE" }] } }
  }

  expect_failures = [
    var.ingress,
    var.node_pools,
  ]
}

run "wrong_values_9" {
  command = plan

  variables {
    # an alias and no key
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/drover/shop"

    # url
    domain = "https://shop.example.com"

    # topic by its name
    alerts = { topic_arn = "alarms" }

    # role by its name
    identities = { checkout = { role_arn = "checkout", namespace = "pay", service_account = "checkout" } }

    # zone that is not there
    node_pools = { general = { machines = ["m7i.large"], min = 1, max = 3, zones = [4] } }
  }

  expect_failures = [
    var.alerts,
    var.domain,
    var.identities,
    var.kms_key_arn,
    var.node_pools,
  ]
}

run "wrong_values_10" {
  command = plan

  variables {
    # two roles for one service account
    identities = {
      a = { role_arn = "arn:aws:iam::123456789012:role/a", namespace = "pay", service_account = "checkout" }
      b = { role_arn = "arn:aws:iam::123456789012:role/b", namespace = "pay", service_account = "checkout" }
    }

    # all nodes and more
    node_pools = { general = { machines = ["m7i.large"], min = 1, max = 3, max_unavailable = "101%" } }

    # management below a color's own name
    management = { domain = "ops.blue.shop.example.com", allow = ["10.0.0.0/16"] }
  }

  expect_failures = [
    var.identities,
    var.management,
    var.node_pools,
  ]
}

run "wrong_values_11" {
  command = plan

  variables {
    # no pool
    node_pools = {}

    # management at a node port of the ingress
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"], node_ports = { http = 30080 } }
  }

  expect_failures = [
    var.management,
    var.node_pools,
  ]
}

run "wrong_values_12" {
  command = plan

  variables {
    # management of an unknown visibility
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"], visibility = "private" }
  }

  expect_failures = [
    var.management,
  ]
}

run "wrong_values_13" {
  command = plan

  variables {
    # management that nobody reaches
    management = { domain = "ops.shop.example.com", allow = [] }
  }

  expect_failures = [
    var.management,
  ]
}

run "wrong_values_14" {
  command = plan

  variables {
    # management for a word
    management = { domain = "ops.shop.example.com", allow = ["office"] }
  }

  expect_failures = [
    var.management,
  ]
}

run "wrong_values_15" {
  command = plan

  variables {
    # management at a port that is no node port
    management = { domain = "ops.shop.example.com", allow = ["10.0.0.0/16"], node_ports = { https = 443 } }
  }

  expect_failures = [
    var.management,
  ]
}

run "wrong_values_16" {
  command = plan

  variables {
    # public load balancer without subnets
    public_subnet_ids = []
  }

  expect_failures = [
    var.public_subnet_ids,
  ]
}

run "wrong_values_17" {
  command = plan

  variables {
    # public load balancer for management without subnets
    ingress           = { visibility = "internal", allow = ["10.0.0.0/8"] }
    management        = { domain = "ops.shop.example.com", visibility = "public", allow = ["203.0.113.0/24"] }
    public_subnet_ids = []
  }

  expect_failures = [
    var.public_subnet_ids,
  ]
}

run "policy_of_a_pool_by_its_name_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, policies = { managed = ["AmazonSSMManagedInstanceCore"] } } }
  }

  expect_failures = [var.node_pools]
}

run "team_of_every_namespace_is_refused" {
  command = plan

  variables {
    teams = [{ principal = "arn:aws:iam::123456789012:role/checkout", role = "admin", namespaces = ["*"] }]
  }

  expect_failures = [var.teams]
}

run "team_with_one_role_twice_is_refused" {
  command = plan

  variables {
    teams = [
      { principal = "arn:aws:iam::123456789012:role/checkout", role = "edit", namespaces = ["checkout"] },
      { principal = "arn:aws:iam::123456789012:role/checkout", role = "edit", namespaces = ["storefront"] },
    ]
  }

  expect_failures = [var.teams]
}

run "configuration_that_is_no_object_is_refused" {
  command = plan

  variables {
    addons = { coredns = { configuration = "[1]" }, eks-pod-identity-agent = {}, kube-proxy = {}, vpc-cni = {} }
  }

  expect_failures = [var.addons]
}

run "network_policies_are_not_turned_off" {
  command = plan

  variables {
    addons = { coredns = {}, eks-pod-identity-agent = {}, kube-proxy = {}, vpc-cni = { configuration = "{\"enableNetworkPolicy\":\"false\"}" } }
  }

  expect_failures = [var.addons]
}

run "more_pods_than_eks_takes_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, kubelet = { max_pods = 251 } } }
  }

  expect_failures = [var.node_pools]
}

run "reservation_of_something_else_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, kubelet = { kube_reserved = { gpu = "1" } } } }
  }

  expect_failures = [var.node_pools]
}

run "reservation_that_is_code_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, kubelet = { kube_reserved = { cpu = "1\"\nx = 1" } } } }
  }

  expect_failures = [var.node_pools]
}

run "images_that_are_never_collected_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, kubelet = { image_gc = { high = 70, low = 70 } } } }
  }

  expect_failures = [var.node_pools]
}

run "support_of_another_kind_is_refused" {
  command = plan

  variables {
    support = "forever"
  }

  expect_failures = [var.support]
}

run "image_by_its_name_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, image = "my-image" } }
  }

  expect_failures = [var.node_pools]
}

run "user_data_that_runs_nowhere_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, user_data = "echo x" } }
  }

  expect_failures = [var.node_pools]
}

run "user_data_of_bottlerocket_is_refused" {
  command = plan

  variables {
    node_pools = { general = { machines = ["m7i.large"], min = 3, max = 12, os = "bottlerocket", user_data = "#!/bin/bash\n" } }
  }

  expect_failures = [var.node_pools]
}

run "node_images_have_kinds_of_ekss_own" {
  command = plan

  variables {
    node_images = { CUSTOM = "1.33.4-20260928" }
  }

  expect_failures = [
    var.node_images,
  ]
}

run "node_images_are_releases" {
  command = plan

  variables {
    node_images = { AL2023_x86_64_STANDARD = "latest" }
  }

  expect_failures = [
    var.node_images,
  ]
}
