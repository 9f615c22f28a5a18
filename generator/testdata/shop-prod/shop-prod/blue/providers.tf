# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:508ff1b5ecd9961eb866b869d71a25246c7d464e03130fb565e49e37e79d4c5f

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }, var.origin)
  }
}
