# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:077d50848b6843c192d9e5fed1519c3529ebfa92bc735bbf1efbe193bf0206f6

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
    type    = "TCP"
    port    = 443
  }
}
