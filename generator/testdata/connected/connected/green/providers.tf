# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:af2e00a94eb713854fcb6f8c65fcb8db877167f8428f8854089b5bad98062053

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
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }
  }
}
