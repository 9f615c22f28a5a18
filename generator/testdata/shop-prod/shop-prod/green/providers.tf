# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:566de7f9f588cceb276397492f6192bcda1493ee5dcf755aae7117cf69564082

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
      "drover:color"   = "green"
      "drover:root"    = "green"
      "environment"    = "production"
      "managed-by"     = "drover"
      "team"           = "shop"
    }
  }
}
