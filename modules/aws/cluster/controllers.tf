# Controllers whose rights are over this color's own cluster, so that their roles come and go with it.
locals {
  controllers = { for name, controller in {
    autoscaler = var.cluster_autoscaler
    karpenter  = var.karpenter
  } : name => controller if controller != null }

  controller_names = { autoscaler = "The Cluster Autoscaler", karpenter = "Karpenter" }
}

# Only the controller's own service account, and only in this cluster.
data "aws_iam_policy_document" "controller_trust" {
  for_each = local.controllers

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

    dynamic "condition" {
      for_each = {
        eks-cluster-name           = local.cluster
        kubernetes-namespace       = each.value.namespace
        kubernetes-service-account = each.value.service_account
      }

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "controller" {
  for_each = local.controllers

  name                 = "${local.global_name}-${each.key}"
  description          = "${local.controller_names[each.key]} in ${local.cluster}"
  assume_role_policy   = data.aws_iam_policy_document.controller_trust[each.key].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_eks_pod_identity_association" "controller" {
  for_each = local.controllers

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn

  tags = var.tags

  lifecycle {
    precondition {
      condition     = !contains([for identity in values(var.identities) : "${identity.namespace}/${identity.service_account}"], "${each.value.namespace}/${each.value.service_account}")
      error_message = "The service account ${each.value.namespace}/${each.value.service_account} is that of ${local.controller_names[each.key]}, and identities has it, too; a service account has one role."
    }
  }
}
