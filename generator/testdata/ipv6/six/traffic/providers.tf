# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:4f87c2c51cd18f848eb66ca5d655dff90aaac33b70f4e392c2af0bda16e900e6

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
      "drover:cluster" = "six"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
