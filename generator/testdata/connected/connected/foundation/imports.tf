# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:bd8b741b7e291a284b7b113c4af36abdf436bd5c75b533cfeed62d509b893eb6

data "aws_cloudwatch_log_groups" "control_planes" {
  log_group_name_prefix = "/aws/eks/connected-"
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/connected-blue/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["blue"]
  id       = each.value
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/connected-green/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["green"]
  id       = each.value
}
