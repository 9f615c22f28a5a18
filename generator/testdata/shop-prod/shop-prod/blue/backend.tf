# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:2fa5ec2a400aa8d8d73a144ff9a8bb2f1c7f5b60eb9df6e51efbf0e491ce017c

terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "shop-prod/blue/terraform.tfstate"
    region = "eu-west-1"

    encrypt      = true
    use_lockfile = true
  }
}
