# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:edde3371818a2e0faf96ec06d2aa00b07506a7c59e5c8273f441441e5b6836cc

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "six.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    type = "TCP"
    port = 443
  }
}
