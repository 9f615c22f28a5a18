# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:12268a200e95c09b7e80eef46a4fd4e91493f4644eaa7afcf7d73d891dd62770

data "terraform_remote_state" "foundation" {
  backend = "local"

  config = {
    path = "../foundation/terraform.tfstate"
  }
}

module "cluster" {
  source = "../../modules/aws/cluster"

  name               = "six"
  color              = "green"
  kubernetes_version = "1.35"

  vpc_id            = data.terraform_remote_state.foundation.outputs.vpc_id
  zones             = 3
  subnet_ids        = data.terraform_remote_state.foundation.outputs.subnet_ids.green
  public_subnet_ids = data.terraform_remote_state.foundation.outputs.subnet_ids.public
  ip_family         = "ipv6"

  api = {
    access = "private"
    allow  = []
  }
  allow_api_from = ["10.46.0.0/16"]
  admins         = ["arn:aws:iam::123456789012:role/platform-admin"]
  operators      = []
  viewers        = []
  node_sessions  = true

  logs        = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  log_group   = data.terraform_remote_state.foundation.outputs.control_plane_log_groups.green
  kms_key_arn = data.terraform_remote_state.foundation.outputs.kms_key_arn

  addons = {
    "aws-ebs-csi-driver" = {
      version = lookup(var.addon_versions, "aws-ebs-csi-driver", "v1.53.0-eksbuild.1")
    }
    "coredns" = {
      version = lookup(var.addon_versions, "coredns", "v1.13.2-eksbuild.1")
    }
    "eks-pod-identity-agent" = {
      version = lookup(var.addon_versions, "eks-pod-identity-agent", "v1.3.10-eksbuild.2")
    }
    "kube-proxy" = {
      version = lookup(var.addon_versions, "kube-proxy", "v1.35.0-eksbuild.2")
    }
    "metrics-server" = {
      version = lookup(var.addon_versions, "metrics-server", "v0.8.0-eksbuild.6")
    }
    "vpc-cni" = {
      version = lookup(var.addon_versions, "vpc-cni", "v1.21.1-eksbuild.3")
    }
  }

  node_pools = {
    "general" = {
      machines        = ["m7i.large", "m6i.large"]
      capacity        = "on-demand"
      min             = 3
      max             = 12
      disk_gib        = 80
      max_unavailable = "33%"
    }
  }
  node_images = var.node_images

  identities            = data.terraform_remote_state.foundation.outputs.identities
  pull_through_prefixes = data.terraform_remote_state.foundation.outputs.pull_through_prefixes

  ingress = {
    visibility = "public"
    allow      = ["0.0.0.0/0", "::/0"]
  }
  domain  = "six.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  deletion_protection = var.deletion_protection
}
