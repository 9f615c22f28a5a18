data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  cluster   = "${var.name}-${var.color}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  # Those of the color's own zones. The foundation numbers its zones in the order of their names.
  zones             = min(coalesce(var.zones, length(var.subnet_ids)), length(var.subnet_ids))
  subnet_ids        = slice(var.subnet_ids, 0, local.zones)
  public_subnet_ids = slice(var.public_subnet_ids, 0, min(local.zones, length(var.public_subnet_ids)))
  pod_subnets       = { for zone in slice(keys(var.pod_subnets), 0, min(local.zones, length(var.pod_subnets))) : zone => var.pod_subnets[zone] }
}

resource "aws_eks_cluster" "this" {
  name     = local.cluster
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  enabled_cluster_log_types = var.logs
  # The add-ons below are these components, with versions that can be seen and changed.
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = local.subnet_ids
    security_group_ids      = [aws_security_group.api.id]
    endpoint_private_access = true
    endpoint_public_access  = var.api.access == "restricted"
    public_access_cidrs     = var.api.access == "restricted" ? var.api.allow : null
  }

  kubernetes_network_config {
    ip_family = var.ip_family
    # Services of IPv6 have a range that EKS takes itself, of those that are unique to a network.
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    service_ipv4_cidr = local.ipv6 ? null : var.services_cidr

    dynamic "elastic_load_balancing" {
      for_each = local.auto_mode

      content {
        enabled = true
      }
    }
  }

  # EKS takes all three of Auto Mode together, or none of them.
  # https://docs.aws.amazon.com/eks/latest/userguide/auto-enable-existing.html
  dynamic "compute_config" {
    for_each = local.auto_mode

    content {
      enabled = true
      # The other one, system, is for what the pools have room for.
      node_pools    = ["general-purpose"]
      node_role_arn = aws_iam_role.auto_node[compute_config.key].arn
    }
  }

  dynamic "storage_config" {
    for_each = local.auto_mode

    content {
      block_storage {
        enabled = true
      }
    }
  }

  # Access entries alone: no aws-auth map inside the cluster, and no hidden right of whoever created it.
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.kms_key_arn
    }
  }

  # Rotations keep the version young; extended support only bills for being late.
  upgrade_policy {
    support_type = upper(var.support)
  }

  # https://docs.aws.amazon.com/eks/latest/userguide/zone-shift.html
  zonal_shift_config {
    enabled = var.zonal_shift
  }

  tags = var.tags

  lifecycle {
    replace_triggered_by = [terraform_data.auto_mode, terraform_data.encryption_key, terraform_data.zones]

    # Only a creation reads these. An import, as of a cluster that a killed build made, does not know them, and would
    # replace the cluster.
    ignore_changes = [access_config[0].bootstrap_cluster_creator_admin_permissions, bootstrap_self_managed_addons]

    # https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
    precondition {
      condition     = !local.ipv6 || !anytrue([for machine in flatten([for pool in values(var.node_pools) : pool.machines]) : can(regex("^(t2|m[1-4]|c[1-4]|r[3-4]|i[2-3]|d2|h1|g2|g3s?|p2|p3|f1|x1e?|cc2|cr1|hs1)\\.", machine)) && !endswith(machine, ".metal")])
      error_message = "ip_family \"ipv6\" needs machines of the Nitro system, such as m7i.large: older ones (t2, m4, c4, r4, i3, p3 and the like) have no prefixes of IPv6."
    }

    precondition {
      condition     = var.log_group == "/aws/eks/${local.cluster}/cluster"
      error_message = "log_group must be /aws/eks/${local.cluster}/cluster, the one group that EKS writes the logs of this cluster to."
    }
  }

  depends_on = [
    # Without its rights EKS cannot delete the interfaces that it made, and the destroy hangs.
    aws_iam_role_policy.auto_node_pull_through,
    aws_iam_role_policy.cluster_key,
    aws_iam_role_policy_attachment.auto_cluster,
    aws_iam_role_policy_attachment.auto_node,
    aws_iam_role_policy_attachment.cluster,
  ]
}

# EKS cannot change the key of a cluster, and the provider learns that only while it applies. This way
# the plan says so: another key is another cluster.
resource "terraform_data" "encryption_key" {
  input = var.kms_key_arn
}

# Nor can it move a control plane to other zones, or to more of them: it takes other subnets of the same zones only.
# https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
resource "terraform_data" "zones" {
  input = local.zones
}

# On the control plane's interfaces beside the group that EKS makes. That one is on the nodes too,
# which have no need to hear from a VPN.
resource "aws_security_group" "api" {
  name        = "${local.cluster}-api"
  description = "Kubernetes API of ${local.cluster}: from private ranges"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${local.cluster}-api" })
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  for_each = toset(var.allow_api_from)

  security_group_id = aws_security_group.api.id
  description       = "Kubernetes API from ${each.key}"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = var.tags
}
