# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:55dbcc02acdcaebc76ace1148d73e518d624aa5ca6ed943002916216f1717de2

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
      "drover:root"    = "foundation"
      "managed-by"     = "drover"
    }
  }
}
