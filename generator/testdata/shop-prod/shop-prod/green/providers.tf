# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:792053d9031d8c6fab1ef09ca71c939bbcf0bd15a51784a2e9fc90c79792979b

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
