# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:9734a0c4c6b26987b9fe227367fd8fcfc9751812fad1a3e5f80cc11883ae8de5

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
