locals {
  # Roles and instance profiles of IAM have one name in all regions of an account, and clusters whose names begin alike
  # could meet in them. So region and cluster are in these names by a part of their hash; a name that is too long for it
  # is cut. IAM allows 64 characters, 15 of which are for the longest purpose.
  global_name = "${trimsuffix(substr(var.name, 0, 36), "-")}-${var.color}-${substr(sha1("${local.region}/${var.name}"), 0, 6)}"

  cluster_arn = "arn:${local.partition}:eks:${local.region}:${local.account}:cluster/${local.cluster}"
}
