# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:5a8429a526febb00f819a7b1a6b8aa61da1a17f00b55065600d1070b9edb1df3

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
      "drover:cluster" = "adopted"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }
  }
}
