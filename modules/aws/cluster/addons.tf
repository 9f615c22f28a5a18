locals {
  # Before the nodes: a node without its network never becomes ready, and its group fails.
  # These are daemon sets, which are healthy without any node.
  before_nodes = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"]

  # Add-ons that call AWS: with which service account, and with which of AWS's policies.
  addon_rights = {
    for name, rights in {
      aws-ebs-csi-driver = { service_account = "ebs-csi-controller-sa", policy = "service-role/AmazonEBSCSIDriverPolicy" }
      aws-efs-csi-driver = { service_account = "efs-csi-controller-sa", policy = "service-role/AmazonEFSCSIDriverPolicy" }
      vpc-cni            = { service_account = "aws-node", policy = local.ipv6 ? null : "AmazonEKS_CNI_Policy" }
    } : name => rights if contains(keys(var.addons), name)
  }

  # What each is configured with; what this module sets wins, and of the environment of the network plugin both are.
  asked_settings = { for name, addon in var.addons : name => jsondecode(coalesce(addon.configuration, "{}")) }
  own_settings   = { vpc-cni = merge({ enableNetworkPolicy = "true" }, local.pod_network, local.ipv6_network) }
  addon_settings = {
    for name, asked in local.asked_settings : name => jsonencode(merge(
      asked,
      try(local.own_settings[name], {}),
      { for key, value in { env = merge(try(asked.env, {}), try(local.own_settings[name].env, {})) } : key => value if length(value) > 0 },
    )) if length(asked) > 0 || contains(keys(local.own_settings), name)
  }

  # With subnets of their own pods get no address of the node's first interface, so that a node has room for
  # fewer pods than EKS tells its kubelet. Sixteen addresses at a time make room for more again.
  # The add-on makes the ENIConfigs itself; they name no security group, which means those of the node.
  pod_network = { for key, value in {
    eniConfig = {
      create  = true
      region  = local.region
      subnets = { for zone, subnet in local.pod_subnets : zone => { id = subnet } }
    }
    env = {
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = "true"
      ENABLE_PREFIX_DELEGATION           = "true"
      ENI_CONFIG_LABEL_DEF               = "topology.kubernetes.io/zone"
    }
  } : key => value if length(var.pod_subnets) > 0 }
}

resource "aws_eks_addon" "before_nodes" {
  for_each = { for name, addon in var.addons : name => addon if contains(local.before_nodes, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = lookup(local.addon_settings, each.key, null)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = contains(keys(local.addon_rights), each.key) ? [local.addon_rights[each.key]] : []

    content {
      role_arn        = aws_iam_role.addon[each.key].arn
      service_account = pod_identity_association.value.service_account
    }
  }

  tags = var.tags

  depends_on = [aws_iam_role_policy.cni_ipv6, aws_iam_role_policy_attachment.addon]
}

resource "aws_eks_addon" "after_nodes" {
  for_each = { for name, addon in var.addons : name => addon if !contains(local.before_nodes, name) }

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = lookup(local.addon_settings, each.key, null)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = contains(keys(local.addon_rights), each.key) ? [local.addon_rights[each.key]] : []

    content {
      role_arn        = aws_iam_role.addon[each.key].arn
      service_account = pod_identity_association.value.service_account
    }
  }

  tags = var.tags

  depends_on = [
    aws_eks_node_group.this, # their pods have to run somewhere before EKS calls them active
    aws_iam_role_policy_attachment.addon,
  ]
}

# The tag alone would let in a cluster of this name in another region. The source of a session is the cluster, not the
# association: https://github.com/awslabs/mountpoint-s3-csi-driver/issues/781
data "aws_iam_policy_document" "addon_trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-name"
      values   = [local.cluster]
    }
  }
}

resource "aws_iam_role" "addon" {
  for_each = local.addon_rights

  name                 = "${local.global_name}-${trimprefix(each.key, "aws-")}"
  description          = "EKS add-on ${each.key} of ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.addon_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "addon" {
  for_each = { for name, rights in local.addon_rights : name => rights if rights.policy != null }

  role       = aws_iam_role.addon[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value.policy}"
}
