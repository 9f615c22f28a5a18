# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:2d0e6ef0cb142fc4ee8b05f8e609afd00f6d51933db7ebe6f19fc558dd0ec574

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = merge({
      "drover:cluster" = "shop-prod"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }, var.origin)
  }
}
