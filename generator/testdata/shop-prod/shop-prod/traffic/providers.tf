# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:551af3706f51f5bd3c76e0ef84060a247c5864c3e9e01c6b810e4e2579dac024

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
      "drover:root"    = "traffic"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }
  }
}
