# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:c237d9b0d3839640aa3944e65af311ba7ffe3d59380a5ed4f5e75dfade90e48b

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
      "drover:cluster" = "connected"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
