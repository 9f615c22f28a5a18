# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:deb7932a7836dd122715ea0062880293ee697b5e3233ac70c7ef43312d716c1f

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "connected"
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
  endpoints                = ["s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"]
  flow_logs_to             = "cloudwatch"
  flow_logs_retention_days = 30

  egress = {
    mode  = "restricted"
    allow = [".amazonaws.com"]
    udp = [{
      cidr = "203.0.113.0/24"
      port = 3478
    }]
    firewall_subnets   = ["10.20.240.0/24", "10.20.241.0/24", "10.20.242.0/24"]
    nat_subnets        = ["10.20.248.0/24", "10.20.249.0/24", "10.20.250.0/24"]
    log_retention_days = 30
  }

  pods = {
    cidr  = "100.64.0.0/16"
    blue  = ["100.64.0.0/20", "100.64.16.0/20", "100.64.32.0/20"]
    green = ["100.64.128.0/20", "100.64.144.0/20", "100.64.160.0/20"]
  }

  peerings = {
    "data-platform" = {
      vpc_id = "vpc-0a1b2c3d4e5f60718"
      ranges = ["10.30.0.0/16", "10.31.0.0/20"]
    }
    "partner" = {
      vpc_id  = "vpc-0fedcba9876543210"
      ranges  = ["192.168.0.0/24"]
      account = "210987654321"
      region  = "eu-central-1"
    }
  }

  transit_gateway = {
    id      = "tgw-0a1b2c3d4e5f60718"
    subnets = ["10.20.224.0/24", "10.20.225.0/24", "10.20.226.0/24"]
    ranges  = ["10.0.0.0/8", "172.16.0.0/12"]
  }

  runner = {
    source         = "gitlab"
    repository     = "https://gitlab.com/acme/clusters"
    connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-1111-1111-1111-111111111111"
    schedule       = "cron(0 3 ? * MON *)"
    buildspec      = "drover.buildspec.yml"
    role_arn       = "arn:aws:iam::123456789012:role/drover"
  }

  domain     = "connected.example.com"
  zone       = "create"
  visibility = "internal"

  databases = {
    "stock" = {
      engine      = "mysql"
      version     = "8.0"
      class       = "db.r7g.large"
      storage_gib = 50
      multi_zone  = true
      backup_days = 14
      upgrade = {
        version = "8.4"
        at      = "window"
      }
    }
  }

  backup = {
    time      = "03:00"
    keep_days = 35
    copy_to   = "arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"
  }

  alerts = true
  alert_receivers = {
    webhook = {
      url         = "https://alerts.example.com/drover"
      secret      = "connected/alerts/webhook"
      header      = "X-Token"
      key_version = 1
    }
  }
}
