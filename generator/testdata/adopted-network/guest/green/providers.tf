# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:946986a31e05a52d3a45f3b3bf8e27f5f2cd2ed08f7427de8a1c99696474fb3e

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
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }
  }
}
