# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:285f08ea5360dbf71268b41bfda285568731863b86087ef516fa36db2971c23e

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
      "drover:cluster" = "guest"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
