# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:a32e26a03df8ac8d880f8511af0fc6851159a67fa2d0841c7e5f2b9a3278d811

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7.0"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = {
      "drover:cluster" = "shop-prod"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }
  }
}
