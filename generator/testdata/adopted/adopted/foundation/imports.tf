# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:872d1a0d36b06f744e8b40d143103d439f7a48d50b4eb0e56a7ae8296acfc375

data "aws_cloudwatch_log_groups" "control_planes" {
  log_group_name_prefix = "/aws/eks/adopted-"
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/adopted-blue/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["blue"]
  id       = each.value
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/adopted-green/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["green"]
  id       = each.value
}
