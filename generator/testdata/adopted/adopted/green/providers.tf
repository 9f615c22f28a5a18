# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:d7482ed40138b1ab8681a0cdba72ee5b20e3b4dad0614b46ce13d0578d4a30a0

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
      "drover:cluster" = "adopted"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
