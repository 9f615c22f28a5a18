# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:5622529aec8add418e1c0341cab03cc5f29cb3a42f99d2fb94879ec289f75301

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "guest"
  deletion_protection              = var.deletion_protection
  control_plane_log_retention_days = 90

  cidr = "10.45.0.0/18"
  adopt = {
    vpc_id = "vpc-0a1b2c3d4e5f60718"
  }
  subnets = {
    public = ["10.45.24.0/25", "10.45.24.128/25", "10.45.25.0/25"]
    data   = ["10.45.28.0/25", "10.45.28.128/25", "10.45.29.0/25"]
    blue   = ["10.45.0.0/22", "10.45.4.0/22", "10.45.8.0/22"]
    green  = ["10.45.32.0/22", "10.45.36.0/22", "10.45.40.0/22"]
  }
  nat                      = "per-zone"
  endpoints                = ["s3"]
  flow_logs_to             = "s3"
  flow_logs_retention_days = 0

  egress = {
    mode             = "restricted"
    allow            = [".amazonaws.com"]
    udp              = []
    firewall_subnets = ["10.45.60.0/26", "10.45.60.64/26", "10.45.60.128/26"]
    nat_subnets      = ["10.45.62.0/26", "10.45.62.64/26", "10.45.62.128/26"]
  }

  domain     = "guest.example.com"
  zone       = "create"
  visibility = "public"
}
