# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:b6524177d63881cf0c44fb511366a23b43c1f81a93cc378782efa308008a77b3

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
    enabled = true
    type    = "TCP"
    port    = 443
  }
}
