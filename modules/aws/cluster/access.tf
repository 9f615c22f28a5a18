locals {
  policy_arns = "arn:${local.partition}:eks::aws:cluster-access-policy"

  # What EKS' own policies allow: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
  # AmazonEKSViewPolicy shows neither nodes nor persistent volumes, and AmazonEKSEditPolicy lets its owner read and write
  # secrets, enter pods and be any service account. What only looks at nodes is AmazonEKSAdminViewPolicy; it shows
  # secrets too. Deleting what holds on to the cloud is for the cluster's own RBAC, by the group drover.
  people = merge(
    { for arn in var.admins : arn => "AmazonEKSClusterAdminPolicy" },
    { for arn in var.operators : arn => "AmazonEKSAdminViewPolicy" },
    { for arn in var.viewers : arn => "AmazonEKSViewPolicy" },
  )
}

resource "aws_eks_access_entry" "this" {
  for_each = local.people

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.key
  kubernetes_groups = contains(var.operators, each.key) ? ["drover"] : []

  tags = var.tags
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.people

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "${local.policy_arns}/${each.value}"

  access_scope {
    type = "cluster"
  }
}

# EKS' policies for parts of a cluster. Each can be associated with a principal once, so that all namespaces of one role
# are in one association: https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
locals {
  team_policies = { admin = "AmazonEKSAdminPolicy", edit = "AmazonEKSEditPolicy", view = "AmazonEKSViewPolicy" }
}

resource "aws_eks_access_entry" "team" {
  for_each = setsubtract([for team in var.teams : team.principal], keys(local.people))

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key

  tags = var.tags
}

resource "aws_eks_access_policy_association" "team" {
  for_each = { for team in var.teams : "${team.role}:${team.principal}" => team }

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal
  policy_arn    = "${local.policy_arns}/${local.team_policies[each.value.role]}"

  access_scope {
    type       = "namespace"
    namespaces = each.value.namespaces
  }

  # One of the two has the entry of the principal.
  depends_on = [aws_eks_access_entry.this, aws_eks_access_entry.team]
}

# The roles live in the foundation; a color only says which of its service accounts get them.
resource "aws_eks_pod_identity_association" "this" {
  for_each = var.identities

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = each.value.role_arn

  tags = var.tags
}
