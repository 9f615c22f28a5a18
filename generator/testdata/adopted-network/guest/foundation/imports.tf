# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:579f51c921c8098e6b88bda6fd5889712b80b6000ef3afd645bcd64ca201c840

data "aws_cloudwatch_log_groups" "control_planes" {
  log_group_name_prefix = "/aws/eks/guest-"
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/guest-blue/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["blue"]
  id       = each.value
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/guest-green/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["green"]
  id       = each.value
}
