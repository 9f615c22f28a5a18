# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:d62be16d731efd2362685447e2965ca567dfb51a4a831c28a85e0608cea1f0b1

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "guest.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    type = "TCP"
    port = 443
  }
}
