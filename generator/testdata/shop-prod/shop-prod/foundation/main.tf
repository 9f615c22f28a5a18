# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:d59cc792c3773ce6b0ecebaadef76b29c72276ec4a5640fb5b0af4234997ee7f

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "shop-prod"
  deletion_protection              = var.deletion_protection
  control_plane_log_retention_days = 90

  cidr = "10.20.0.0/16"
  subnets = {
    public = ["10.20.96.0/23", "10.20.98.0/23", "10.20.100.0/23"]
    data   = ["10.20.112.0/23", "10.20.114.0/23", "10.20.116.0/23"]
    blue   = ["10.20.0.0/20", "10.20.16.0/20", "10.20.32.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
  }
  nat                      = "per-zone"
  endpoints                = ["s3", "ecr.api", "ecr.dkr", "sts", "logs", "ec2", "eks", "eks-auth"]
  flow_logs_to             = "s3"
  flow_logs_retention_days = 30

  egress = {
    mode = "restricted"
    allow = [
      ".amazonaws.com",
      "acme-v02.api.letsencrypt.org",
      "ghcr.io",
      "pkg-containers.githubusercontent.com",
    ]
    udp                = []
    firewall_subnets   = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"]
    nat_subnets        = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"]
    log_retention_days = 30
  }

  vpn = {
    clients                     = "10.90.0.0/22"
    server_certificate_arn      = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
    client_root_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/22222222-2222-2222-2222-222222222222"
  }

  domain     = "shop.example.com"
  zone       = "create"
  visibility = "public"

  registry = {
    repositories = ["storefront", "checkout"]
    pull_through = ["ecr-public", "quay", "kubernetes", "docker-hub"]
    logins = {
      "docker-hub" = "ecr-pullthroughcache/docker-hub"
    }
  }

  secrets_prefix = "shop-prod"

  databases = {
    "orders" = {
      engine      = "postgres"
      version     = "16"
      class       = "db.r7g.large"
      storage_gib = 100
      multi_zone  = true
      backup_days = 14
    }
  }

  backup = {
    time      = "01:30"
    keep_days = 35
  }

  identities = {
    "cert-manager" = {
      namespace       = "cert-manager"
      service_account = "cert-manager"
      dns_challenges  = true
    }
    "checkout" = {
      namespace       = "checkout"
      service_account = "checkout"
      secrets         = ["checkout/*"]
      databases       = ["orders"]
      buckets         = []
    }
    "external-secrets" = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      secrets         = ["*"]
    }
    "storefront" = {
      namespace       = "storefront"
      service_account = "storefront"
      secrets         = []
      databases       = []
      buckets         = ["shop-prod-assets"]
    }
  }

  alerts = true
  alert_receivers = {
    slack = {
      workspace = "T0123ABCD"
      channel   = "C0123ABCD"
    }
    pagerduty = {
      secret      = "shop-prod/alerts/pagerduty"
      region      = "us"
      key_version = 1
    }
  }
}
