# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:c43776dd8ab01cffc5b823e41aca0e395b8fba5ec6f73d1de5854a9b1b7da068

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "tiny.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    type = "TCP"
    port = 443
  }
}
