# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:aef38ab5d7c03de812c748298b91f686790d488f79e0b15627067806c5db0569

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
      "drover:cluster" = "guest"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
