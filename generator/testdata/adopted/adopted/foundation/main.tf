# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:ab42df3fc8ba770341ae2d576763c7ceae2f491ad6aec239323115c5a50e0147

module "foundation" {
  source = "../../modules/aws/foundation"

  name = "adopted"

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
  flow_logs_retention_days = 0

  domain     = "adopted.example.com"
  zone       = "adopt"
  zone_id    = "Z0123456789ABCDEFGHIJ"
  visibility = "public"
}
