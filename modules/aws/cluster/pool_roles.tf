# Pools whose nodes may do more have a role of their own, so that the nodes of the others may not.
locals {
  pools_with_rights = {
    for name, pool in var.node_pools : name => pool.policies
    if length(pool.policies.managed) + length(pool.policies.statements) > 0
  }

  # An attachment for each policy of each of these pools: what every node needs, and what the pool names.
  pool_policies = merge([
    for name, policies in local.pools_with_rights : {
      for arn in toset(concat(local.node_policy_arns, policies.managed)) : "${name}:${arn}" => { pool = name, arn = arn }
    }
  ]...)

  node_role_arns = {
    for name in keys(var.node_pools) : name => contains(keys(local.pools_with_rights), name) ? aws_iam_role.pool[name].arn : aws_iam_role.node.arn
  }
}

resource "aws_iam_role" "pool" {
  for_each = local.pools_with_rights

  # The name of a pool is too long to stand in one of a role.
  name                 = "${local.global_name}-node-${substr(sha1(each.key), 0, 6)}"
  description          = "Nodes of ${local.cluster}, pool ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "pool" {
  for_each = local.pool_policies

  role       = aws_iam_role.pool[each.value.pool].name
  policy_arn = each.value.arn
}

data "aws_iam_policy_document" "pool" {
  for_each = { for name, policies in local.pools_with_rights : name => policies if length(policies.statements) > 0 }

  dynamic "statement" {
    for_each = each.value.statements

    content {
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = statement.value.conditions

        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_role_policy" "pool" {
  for_each = data.aws_iam_policy_document.pool

  name   = "pool"
  role   = aws_iam_role.pool[each.key].id
  policy = each.value.json
}

resource "aws_iam_role_policy" "pool_pull_through" {
  for_each = length(var.pull_through_prefixes) > 0 ? local.pools_with_rights : {}

  name   = "pull-through-caches"
  role   = aws_iam_role.pool[each.key].id
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}

resource "aws_iam_role_policy" "pool_sessions" {
  for_each = var.node_sessions ? local.pools_with_rights : {}

  name   = "sessions"
  role   = aws_iam_role.pool[each.key].id
  policy = data.aws_iam_policy_document.node_sessions[0].json
}
