# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:22ad791ffce0cacf036b457e9775af94b3f546299cd9e263ef96377647762647

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
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
