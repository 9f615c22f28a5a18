# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:9a68d6ae5ac3989efa198ac24b2b5ec3eeb5df41b47abd2f2ebf569098cd132f

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
      "drover:cluster" = "tiny"
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
