# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:14d53d86bf559ee3e54ad4cea45cbb8129509e67129c8baaf967cdb94fe70dd4

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
    enabled = true
    type    = "TCP"
    port    = 443
  }
}
