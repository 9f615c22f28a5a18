terraform {
  # 1.9 is the first version whose validations may refer to other variables, and 1.9.5 the oldest that the tests run.
  required_version = ">= 1.9.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # What the tests run. 6.0 renames and removes arguments: run them with it before you let it in.
      version = "~> 5.100"
    }
  }
}
