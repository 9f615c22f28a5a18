# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:6788117f0305487418af3fc8e570de0682a0824e00e2d61608b35242e16dfa6e

terraform {
  backend "local" {
    path = "terraform.tfstate"
  }
}
