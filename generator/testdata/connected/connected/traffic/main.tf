# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:2a1cddb64b471dee75e89611339892d8fbad41fc73de87d1c3195522fe3cf1dd

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "connected.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    enabled = false
  }
}
