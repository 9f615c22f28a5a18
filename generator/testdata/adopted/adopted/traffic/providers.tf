# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:db1a85bcc99525e34bd0f9aa738f2000b5bd878e0be438c4064eeab2280fd719

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
      "drover:cluster" = "adopted"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
