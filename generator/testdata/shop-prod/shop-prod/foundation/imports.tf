# Written by drover 0.0.0; do not edit: change the spec and run drover generate. sha256:3e3b227b38cb5bc63baa958e758e527a2034ca2e70a93e16e0cdd28aa1713b8c

data "aws_cloudwatch_log_groups" "control_planes" {
  log_group_name_prefix = "/aws/eks/shop-prod-"
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/shop-prod-blue/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["blue"]
  id       = each.value
}

import {
  for_each = setintersection(data.aws_cloudwatch_log_groups.control_planes.log_group_names, ["/aws/eks/shop-prod-green/cluster"])
  to       = module.foundation.aws_cloudwatch_log_group.control_plane["green"]
  id       = each.value
}
