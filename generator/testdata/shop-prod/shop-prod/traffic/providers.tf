# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:4820b924590ccdb2ff6a26298e1cf883066f53265473c033e082cc688d69053c

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
      "drover:root"    = "traffic"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }
  }
}
