# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:7ac4acd23db2e59d6d7afa2b668a5744f13ae0e45479376189bcfffb5f2cb40a

terraform {
  required_version = ">= 1.9.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = merge({
      "drover:cluster" = "tiny"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
