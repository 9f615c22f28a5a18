# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:bfa2321bb8de9a8519c4ef1f532734b4342663cf75ac4fe417102538ea464e83

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
      "drover:cluster" = "tiny"
      "drover:color"   = "blue"
      "drover:root"    = "blue"
      "managed-by"     = "drover"
    }, var.origin)
  }
}
