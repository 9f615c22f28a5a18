# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:50693b9fcc018a42e6b1565ddd68d7cd3ef6fe263cdfcf8cd4128436da1ba73a

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
    tags = {
      "drover:cluster" = "shop-prod"
      "drover:root"    = "foundation"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }
  }
}
