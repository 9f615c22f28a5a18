# EKS delivers the logs of a control plane to a group of this name. Where the group is missing EKS creates it, without
# encryption or an end; also for the last logs of a cluster that is already gone, so that whoever deletes the group with
# the cluster finds it there again, and cannot create it a second time.
# https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
# So the groups of both colors are here: they are there before a cluster, and keep its audit logs after it.
resource "aws_cloudwatch_log_group" "control_plane" {
  for_each = toset(["blue", "green"])

  name              = "/aws/eks/${var.name}-${each.key}/cluster"
  retention_in_days = var.control_plane_log_retention_days
  kms_key_id        = aws_kms_key.this.arn

  tags = var.tags
}
