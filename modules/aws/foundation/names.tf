locals {
  # Roles of IAM and channels of the chat client have one name in all regions of an account, and "shop" with the identity
  # "prod-x" would have the role of "shop-prod" with "x". So region and cluster are in these names by a part of their
  # hash; a name that is too long for it is cut. IAM allows 64 characters, 23 of which are for an identity.
  global_name = "${trimsuffix(substr(var.name, 0, 34), "-")}-${substr(sha1("${local.region}/${var.name}"), 0, 6)}"
}
