# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:ea129dc1d50c352068b1f9abcebb9e9848339979cca0e66e65c1a2c62065011d

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
    tags = {
      "drover:cluster" = "connected"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
