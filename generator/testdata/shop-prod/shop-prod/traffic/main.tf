# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:6ff7d0b2a4736d359af13bdec34e2f9896aebbf6ffe663ee9bd8b1e60d6aa759

data "terraform_remote_state" "foundation" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-state"
    key    = "shop-prod/foundation/terraform.tfstate"
    region = "eu-west-1"
  }
}

module "traffic" {
  source = "../../modules/aws/traffic"

  domain  = "shop.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  colors = var.colors

  health_check = {
    type = "TCP"
    port = 443
  }
}
