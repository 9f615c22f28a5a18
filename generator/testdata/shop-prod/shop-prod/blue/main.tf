# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:128c22bc4a474a7847f5aa1378f0557f3f302d26a0b25643b13372cbb4688ed2

data "terraform_remote_state" "foundation" {
  backend = "s3"

  config = {
    bucket = "acme-terraform-state"
    key    = "shop-prod/foundation/terraform.tfstate"
    region = "eu-west-1"
  }
}

module "cluster" {
  source = "../../modules/aws/cluster"

  name               = "shop-prod"
  color              = "blue"
  kubernetes_version = "1.33"

  vpc_id            = data.terraform_remote_state.foundation.outputs.vpc_id
  zones             = 3
  subnet_ids        = data.terraform_remote_state.foundation.outputs.subnet_ids.blue
  public_subnet_ids = data.terraform_remote_state.foundation.outputs.subnet_ids.public
  services_cidr     = "172.20.0.0/17"

  api = {
    access = "private"
    allow  = []
  }
  allow_api_from = ["10.20.0.0/16", "10.90.0.0/22"]
  admins         = ["arn:aws:iam::123456789012:role/platform-admin"]
  operators      = []
  viewers        = ["arn:aws:iam::123456789012:role/developer"]
  node_sessions  = true

  logs        = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  log_group   = data.terraform_remote_state.foundation.outputs.control_plane_log_groups.blue
  kms_key_arn = data.terraform_remote_state.foundation.outputs.kms_key_arn

  addons = {
    "aws-ebs-csi-driver" = {
      version = lookup(var.addon_versions, "aws-ebs-csi-driver", "v1.53.0-eksbuild.1")
    }
    "coredns" = {
      version = lookup(var.addon_versions, "coredns", "v1.12.1-eksbuild.2")
    }
    "eks-pod-identity-agent" = {
      version = lookup(var.addon_versions, "eks-pod-identity-agent", "v1.3.10-eksbuild.2")
    }
    "kube-proxy" = {
      version = lookup(var.addon_versions, "kube-proxy", "v1.33.3-eksbuild.4")
    }
    "metrics-server" = {
      version = lookup(var.addon_versions, "metrics-server", "v0.8.0-eksbuild.6")
    }
    "vpc-cni" = {
      version = lookup(var.addon_versions, "vpc-cni", "v1.20.4-eksbuild.2")
    }
  }

  node_pools = {
    "batch" = {
      machines        = ["m7i.xlarge", "m6i.xlarge", "m5.xlarge"]
      capacity        = "spot"
      min             = 0
      max             = 20
      disk_gib        = 80
      max_unavailable = "33%"
      labels = {
        "workload" = "batch"
      }
      taints = [{
        key    = "workload"
        value  = "batch"
        effect = "NoSchedule"
      }]
    }
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
    allow      = ["0.0.0.0/0"]
  }
  domain  = "shop.example.com"
  zone_id = data.terraform_remote_state.foundation.outputs.zone_id

  deletion_protection = var.deletion_protection

  management = {
    domain     = "ops.shop.example.com"
    visibility = "internal"
    allow      = ["10.0.0.0/16", "10.90.0.0/22"]
    allow_groups = {
      vpn = data.terraform_remote_state.foundation.outputs.vpn_security_group_id
    }
    node_ports = {
      http  = 30081
      https = 30444
    }
  }

  cluster_autoscaler = {
    namespace       = "kube-system"
    service_account = "cluster-autoscaler"
  }

  alerts = {
    topic_arn = data.terraform_remote_state.foundation.outputs.alerts_topic_arn
  }
}
