# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:136fb7b4fa72580f4c663834f1478cbd04b9cc83fc732f6058992a7553997073

terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "shop-prod/green/terraform.tfstate"
    region = "eu-west-1"

    encrypt      = true
    use_lockfile = true
  }
}
