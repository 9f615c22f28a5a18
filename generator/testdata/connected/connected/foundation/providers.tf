# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:44fa9fb1a7d08f46b065005b5e99c61ab9d71f65e2ec1ba0e5c5aa81d8f2a3af

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
      "drover:cluster" = "connected"
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
