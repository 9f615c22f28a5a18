# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:733469a816bda44ff5bb7e1aecc2a8cfebb105735d4972c94cea79c6b74b3466

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
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }
  }
}
