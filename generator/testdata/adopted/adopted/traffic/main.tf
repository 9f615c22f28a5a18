# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:b66926462472964bd4d935571f088aaf94513b2ef2ccb6b884809bd7f97c9d3a

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
    enabled = true
    type    = "TCP"
    port    = 443
  }
}
