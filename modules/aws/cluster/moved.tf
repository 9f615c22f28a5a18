# What belonged to Karpenter alone, and is made for each controller.

moved {
  from = aws_iam_role.karpenter["this"]
  to   = aws_iam_role.controller["karpenter"]
}

moved {
  from = aws_eks_pod_identity_association.karpenter["this"]
  to   = aws_eks_pod_identity_association.controller["karpenter"]
}
