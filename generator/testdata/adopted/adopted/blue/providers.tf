# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:3901fc9d9a600e3b7048399ac6657d8e8556dfb8478271215c0ad50409ff208e

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
