# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:e459a154b17755d4b2c959ab650d25b2a0c28c622466a3fa8cb1daebb7ac7d3c

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
      "drover:color"   = "green"
      "drover:root"    = "green"
      "managed-by"     = "drover"
    }
  }
}
