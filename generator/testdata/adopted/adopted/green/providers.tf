# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:8366253c9daf8610f12ccdb1b29e12954128e39c3032727c06ce1f61675c6635

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
      "drover:cluster" = "adopted"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
