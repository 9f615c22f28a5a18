# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:74afbb3309a4f262159d1ac75a0ab27c1db8df967dbbb505bca996df04bb7a39

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
