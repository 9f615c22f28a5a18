# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:40118bdd9b596cd18dc60bdbff30cd3414e333eb432a1f249c392c58ae75dc21

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
    tags = merge({
      "drover:cluster" = "connected"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
