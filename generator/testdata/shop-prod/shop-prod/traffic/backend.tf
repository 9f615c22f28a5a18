# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:d31d3ec7cf5e84d61ad8771cda5871a18e3a397256c7f77040a8111cee773a83

terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "shop-prod/traffic/terraform.tfstate"
    region = "eu-west-1"

    encrypt      = true
    use_lockfile = true
  }
}
