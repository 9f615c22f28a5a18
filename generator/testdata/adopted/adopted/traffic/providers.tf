# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:9616c717ea05a3b8d65e9f2c265cec51fb872e09a11517b416bf91009098068d

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
      "drover:cluster" = "adopted"
      "drover:root"    = "traffic"
      "managed-by"     = "drover"
    }
  }
}
