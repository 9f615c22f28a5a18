# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:c86a4ed1600ee9b8dc58df26a8937ffb9b4be24dcce10584c51221d62fcb2b4b

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
      "drover:cluster" = "connected"
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
