# What belonged to Karpenter alone, and is made for each controller.

moved {
  from = aws_iam_role.karpenter["this"]
  to   = aws_iam_role.controller["karpenter"]
}

moved {
  from = aws_eks_pod_identity_association.karpenter["this"]
  to   = aws_eks_pod_identity_association.controller["karpenter"]
}

# The foundation owns the control plane's log group. Applying this forgets the group and leaves it as it is; apply the
# foundation first, with an import block for the group (drover renders one).
removed {
  from = aws_cloudwatch_log_group.cluster

  lifecycle {
    destroy = false
  }
}
