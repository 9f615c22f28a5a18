# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:6a80e25c952ca3c31baa7634fc48001a387ce864e48c7e7aa0475ecb6f937667

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
    tags = {
      "drover:cluster" = "tiny"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
