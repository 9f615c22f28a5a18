# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:94813f5ffa17984b5399b9e46c95a30c0728fd03433afc19870b4a5a7e44c2be

terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "shop-prod/foundation/terraform.tfstate"
    region = "eu-west-1"

    encrypt      = true
    use_lockfile = true
  }
}
