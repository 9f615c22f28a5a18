# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:9c31f0c78c01cedddaa4e99d231c3c49ecb029c7704cd94d7de6162a82dac469

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
      "drover:cluster" = "tiny"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }
  }
}
