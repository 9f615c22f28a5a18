# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:05eccd0a64cf7ab92eddf0fd3b6aee16a78d6de223709c32e3f31ad04643b1dc

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "adopted.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    type = "TCP"
    port = 443
  }
}
