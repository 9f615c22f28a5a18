# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:626f2d33c218fe057352653648fe267d7a5e1ad2af1420635aa99cf5d30f803b

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
      "drover:cluster" = "guest"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }
  }
}
