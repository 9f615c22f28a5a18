# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:47f5b3b2490d3d3208d4725ab5d5b1fe8ab27da2e492653f5151b4219e2ee269

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
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
