# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:c3bb13506eb9c5a559cf0a269ce5afb73b25813656a1c85200bd7f4e87dcced4

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
    tags = merge({
      "drover:cluster" = "connected"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
