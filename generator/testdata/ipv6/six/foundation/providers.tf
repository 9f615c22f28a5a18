# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:b3b00bd08617de18880492a2b6de3d5ce339aed7854375945672c7dd2c758fac

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
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
