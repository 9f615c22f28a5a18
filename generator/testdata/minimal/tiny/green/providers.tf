# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:4ab27ead5eea7f3a941c2d3c0cf7a43d088d889c58fdb971ebaa350528377817

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
      "drover:cluster" = "tiny"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
