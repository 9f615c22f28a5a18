# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:110a5c2efa76347a7161d8d43d2d316c01a65314213a8980beb05d2b09a037f9

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      "drover:cluster" = "connected"
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
