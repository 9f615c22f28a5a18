# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:5b457b8df601e8efb3c1f9bd0040b9b0cbb8d1dd61b225973de7cebef7213d8a

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "cluster" {
  source = "../../modules/aws/cluster"

  name               = "tiny"
  color              = "blue"
  kubernetes_version = "1.33"

  vpc_id            = data.terraform_remote_state.foundation.outputs.vpc_id
  subnet_ids        = data.terraform_remote_state.foundation.outputs.subnet_ids.blue
  public_subnet_ids = data.terraform_remote_state.foundation.outputs.subnet_ids.public
  services_cidr     = "172.20.0.0/17"

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
