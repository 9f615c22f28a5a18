locals {
  upstreams = {
    ecr-public = "public.ecr.aws"
    kubernetes = "registry.k8s.io"
    quay       = "quay.io"
  }

  # ECR allows 30 characters for a cache's prefix. A name that is too long for it is cut, and told
  # from others that start alike by a part of its hash.
  cache_name = length(var.name) <= 19 ? var.name : "${trimsuffix(substr(var.name, 0, 12), "-")}-${substr(sha1(var.name), 0, 6)}"
  caches     = { for upstream in var.registry.pull_through : upstream => "${local.cache_name}/${upstream}" }
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
}
