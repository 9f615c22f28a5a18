# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:6a45ae4207e2cea8fec67954e2a97ac0da1123dc9cc22129ae3b46f5d8214a77

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
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
