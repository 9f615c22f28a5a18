# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:842d2f3c87427eeaf2a1b0345ece5b8066c1beb0d6643eba558d1a97704873c2

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }, var.origin)
  }
}
