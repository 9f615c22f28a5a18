# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:ca754b813e912c93d6a64177c11eb25c21a6da207e9456cfb360ff82e436265c

module "foundation" {
  source = "../../modules/aws/foundation"

  name                             = "adopted"
  deletion_protection              = var.deletion_protection
  control_plane_log_retention_days = 90

  cidr = "10.44.0.0/16"
  adopt = {
    vpc_id = "vpc-0a1b2c3d4e5f60718"
    subnets = {
      public = ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"]
      data   = ["subnet-0a1b2c3d4e5f60003", "subnet-0a1b2c3d4e5f60004"]
      blue   = ["subnet-0a1b2c3d4e5f60005", "subnet-0a1b2c3d4e5f60006"]
      green  = ["subnet-0a1b2c3d4e5f60007", "subnet-0a1b2c3d4e5f60008"]
    }
  }
  nat                      = "none"
  endpoints                = []
  flow_logs_to             = "s3"
  flow_logs_retention_days = 0

  domain     = "adopted.example.com"
  zone       = "adopt"
  zone_id    = "Z0123456789ABCDEFGHIJ"
  visibility = "public"
}
