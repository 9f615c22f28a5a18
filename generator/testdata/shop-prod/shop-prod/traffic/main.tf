# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:ae70ebc70df64a903af524c9ae3bcbc6160b44ae2b15ab995aa8b06ca5bdde32

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
    enabled = true
    type    = "TCP"
    port    = 443
  }
}
