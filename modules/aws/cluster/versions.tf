terraform {
  # 1.9 is the first version whose validations may refer to other variables, and 1.9.5 the oldest that the tests run.
  required_version = ">= 1.9.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The tests run 5.100. Of 6 they know the names, and that nothing is used here which it lacks.
      version = ">= 5.100, < 7"
    }
  }
}
