# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:a783072a73f13bcdf0a0538d30801d4b47dc723c4464fbae736c9195a54ba2a0

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
