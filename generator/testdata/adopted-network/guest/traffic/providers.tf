# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:b61012579fda0aec98ed4e022889e3213670485b3188bdbf8b613ac96fe6b5ef

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
      "drover:cluster" = "guest"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
