# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:730dbd940a42d851800add100134bb748136f6c80d811ce0b50a83e303debf06

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "six"
  deletion_protection              = var.deletion_protection
  control_plane_log_retention_days = 90

  cidr = "10.46.0.0/16"
  subnets = {
    public = ["10.46.96.0/23", "10.46.98.0/23", "10.46.100.0/23"]
    data   = ["10.46.112.0/23", "10.46.114.0/23", "10.46.116.0/23"]
    blue   = ["10.46.0.0/20", "10.46.16.0/20", "10.46.32.0/20"]
    green  = ["10.46.128.0/20", "10.46.144.0/20", "10.46.160.0/20"]
  }
  ipv6                     = true
  nat                      = "per-zone"
  endpoints                = ["s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"]
  flow_logs_to             = "s3"
  flow_logs_retention_days = 30

  domain     = "six.example.com"
  zone       = "create"
  visibility = "public"
}
