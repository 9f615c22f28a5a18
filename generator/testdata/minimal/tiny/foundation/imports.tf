# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:06e8b752ed29ce21ecf9e6b24db2cedd7e91432377a90c7891a029230ee18389

data "aws_cloudwatch_log_groups" "control_planes" {
  log_group_name_prefix = "/aws/eks/tiny-"
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/tiny-blue/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["blue"]
  id       = each.value
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/tiny-green/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["green"]
  id       = each.value
}
