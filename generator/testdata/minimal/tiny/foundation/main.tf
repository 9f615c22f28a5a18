# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:6eb77eae146336d1c7abd426f9e8c31bde959ad784fa71fad4d2d827e862f5e1

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "tiny"
  deletion_protection              = var.deletion_protection
  control_plane_log_retention_days = 90

  cidr = "10.40.0.0/16"
  subnets = {
    public = ["10.40.96.0/23", "10.40.98.0/23", "10.40.100.0/23"]
    data   = ["10.40.112.0/23", "10.40.114.0/23", "10.40.116.0/23"]
    blue   = ["10.40.0.0/20", "10.40.16.0/20", "10.40.32.0/20"]
    green  = ["10.40.128.0/20", "10.40.144.0/20", "10.40.160.0/20"]
  }
  nat                      = "per-zone"
  endpoints                = ["s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks-auth"]
  flow_logs_to             = "s3"
  flow_logs_retention_days = 30

  domain     = "tiny.example.com"
  zone       = "create"
  visibility = "public"
}
