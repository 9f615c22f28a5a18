# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:432b94523f4513073c1675390d6c64f9b777e0be1b0349d4943b4bd545020dec

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
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
