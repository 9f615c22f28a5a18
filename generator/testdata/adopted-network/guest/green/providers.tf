# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:10cb587b50fc74b0bfd39567e1b2ba5d6a5c9cc1ce572b5cd0541baf2fb0c9ce

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
      "drover:cluster" = "guest"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
