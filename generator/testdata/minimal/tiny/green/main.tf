# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:4a17147ce26f92d5d82c2b879ab34c88528576d85ba8dbd4fce07f13c58367c1

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "cluster" {
  source = "../../modules/aws/cluster"

  name               = "tiny"
  color              = "green"
  kubernetes_version = "1.33"

  vpc_id            = data.terraform_remote_state.foundation.outputs.vpc_id
  subnet_ids        = data.terraform_remote_state.foundation.outputs.subnet_ids.green
  public_subnet_ids = data.terraform_remote_state.foundation.outputs.subnet_ids.public
  services_cidr     = "172.20.128.0/17"

  api = {
    access = "private"
    allow  = []
  }
  allow_api_from = ["10.40.0.0/16"]
  admins         = []
  viewers        = []

  logs               = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  log_retention_days = 90
  kms_key_arn        = data.terraform_remote_state.foundation.outputs.kms_key_arn

  node_pools = {
    "general" = {
      machines = ["m7i.large", "m6i.large"]
      capacity = "on-demand"
      min      = 3
      max      = 12
      disk_gib = 80
    }
  }

  identities            = data.terraform_remote_state.foundation.outputs.identities
  pull_through_prefixes = data.terraform_remote_state.foundation.outputs.pull_through_prefixes

  ingress = {
    visibility = "public"
    allow      = ["0.0.0.0/0"]
  }
  domain  = "tiny.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id
}
