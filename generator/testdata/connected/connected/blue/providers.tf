# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:b365a461ed2b1ded2e0ac9151c6cf8df6277de2906f49a9b93d434c047f1bd61

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
      "drover:cluster" = "connected"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }
  }
}
