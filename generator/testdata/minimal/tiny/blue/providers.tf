# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:e7184b23f9b02d97c2ad24c9dc2f9866bdbc4d57d4c8fc2669f11725d731b79a

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
      "drover:cluster" = "tiny"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
