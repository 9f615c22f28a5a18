# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:f81339d1d41174f7ee5e9290c30a7e6d34a6839823cf26f8d50e129e0e34419a

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
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
