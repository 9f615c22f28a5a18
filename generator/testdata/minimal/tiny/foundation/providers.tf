# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:7e2b9c4f17d37529fdda98afdc26c463de57ac8f925e7f10f4462c47af262976

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
      "drover:cluster" = "tiny"
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
