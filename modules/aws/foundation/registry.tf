locals {
  upstreams = {
    docker-hub = "registry-1.docker.io"
    ecr-public = "public.ecr.aws"
    github     = "ghcr.io"
    gitlab     = "registry.gitlab.com"
    kubernetes = "registry.k8s.io"
    quay       = "quay.io"
  }

  # ECR allows 30 characters for a cache's prefix. A name that is too long for it is cut, and told
  # from others that start alike by a part of its hash.
  cache_name = length(var.name) <= 19 ? var.name : "${trimsuffix(substr(var.name, 0, 12), "-")}-${substr(sha1(var.name), 0, 6)}"
  # The ARN of a secret ends with a dash and six characters behind its name.
  logins = { for upstream, secret in var.registry.logins : upstream => one([
    for arn in data.aws_secretsmanager_secrets.login[upstream].arns : arn if can(regex("^-[A-Za-z0-9]{6}$", trimprefix(split(":", arn)[6], secret)))
  ]) }
  caches = { for upstream in var.registry.pull_through : upstream => "${local.cache_name}/${upstream}" }
}

resource "aws_ecr_repository" "this" {
  for_each = toset(var.registry.repositories)

  name                 = "${var.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE" # what was verified on green is what blue would roll back to

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  tags = var.tags
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  # Tagged images are kept: only their owner knows which of them still runs somewhere.
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Images that lost their tag, after two weeks"
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = local.caches

  ecr_repository_prefix = each.value
  upstream_registry_url = local.upstreams[each.key]
  credential_arn        = lookup(local.logins, each.key, null)

  lifecycle {
    precondition {
      condition     = !contains(keys(var.registry.logins), each.key) || lookup(local.logins, each.key, null) != null
      error_message = "There is no secret ${lookup(var.registry.logins, each.key, "")} in ${local.region}, with which ECR logs in to ${local.upstreams[each.key]}. Make it, with Secrets Manager's own key: aws secretsmanager create-secret --region ${local.region} --name ${lookup(var.registry.logins, each.key, "")} --secret-string file://login.json, where login.json is {\"username\": \"…\", \"accessToken\": \"…\"}."
    }
  }
}

# Names and ARNs, never what is in a secret.
data "aws_secretsmanager_secrets" "login" {
  for_each = var.registry.logins

  filter {
    name   = "name"
    values = [each.value]
  }
}

# Repositories that a cache creates by itself are encrypted with the cluster's key, tagged, and their images expire: what
# is still needed is pulled anew.
resource "aws_ecr_repository_creation_template" "cache" {
  for_each = local.caches

  prefix               = each.value
  description          = "Images of ${local.upstreams[each.key]} for ${var.name}"
  applied_for          = ["PULL_THROUGH_CACHE"]
  custom_role_arn      = aws_iam_role.caches[0].arn
  image_tag_mutability = "MUTABLE" # a tag moves with its upstream
  resource_tags        = merge(data.aws_default_tags.current.tags, var.tags)

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  lifecycle_policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Cached images, after 90 days"
      selection    = { tagStatus = "any", countType = "sinceImagePushed", countUnit = "days", countNumber = 90 }
      action       = { type = "expire" }
    }]
  })
}

data "aws_default_tags" "current" {}

data "aws_iam_policy_document" "caches_trust" {
  count = length(local.caches) > 0 ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecr.amazonaws.com"]
    }
  }
}

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-custom.html, held to the caches and
# to the one key.
data "aws_iam_policy_document" "caches" {
  count = length(local.caches) > 0 ? 1 : 0

  statement {
    sid       = "CreateCaches"
    actions   = ["ecr:CreateRepository", "ecr:TagResource"]
    resources = [for prefix in values(local.caches) : "arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${prefix}/*"]
  }

  statement {
    sid       = "EncryptCaches"
    actions   = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]
    resources = [aws_kms_key.this.arn]
  }
}

resource "aws_iam_role" "caches" {
  count = length(local.caches) > 0 ? 1 : 0

  name                 = "${local.global_name}-caches"
  description          = "Creates the repositories of the pull-through caches of ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.caches_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "caches" {
  count = length(local.caches) > 0 ? 1 : 0

  name   = "create-caches"
  role   = aws_iam_role.caches[0].id
  policy = data.aws_iam_policy_document.caches[0].json
}
