# What an account needs before drover: two roles, one that plans, and one that applies, rotates and destroys; and a bucket
# for Terraform's state and drover's store. `drover rights --dir policies` writes the policies; those in this directory are
# for examples/aws/production.yaml. Somebody who may change IAM applies this once, and again when the policies change.

terraform {
  required_version = ">= 1.9.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "cluster" {
  description = "The cluster's name, as in the spec. Roles and policies begin with it."
  type        = string
  nullable    = false
}

variable "trust" {
  description = "ARNs of the IAM roles or users that may take the two roles on."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.trust) > 0
    error_message = "Name one role or user at least, or nobody can take the roles on."
  }
}

variable "bucket" {
  description = "The bucket to make for the states of this and other clusters, as in spec.state.bucket; null makes none."
  type        = string
  default     = null
}

locals {
  # What plans may be attached to both roles; the boundary is attached to none.
  policies = { for file in fileset("${path.module}/policies", "*.json") : trimsuffix(file, ".json") => file("${path.module}/policies/${file}") }
  attached = merge([for role in ["plan", "apply"] : {
    for name in keys(local.policies) : "${role}/${name}" => { role = role, policy = name }
    if name == "plan" || role == "apply" && startswith(name, "apply-")
  }]...)
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.trust
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = toset(["plan", "apply"])

  name                 = "${var.cluster}-drover-${each.key}"
  description          = "drover for the cluster ${var.cluster}: ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 12 * 3600 # a rotation takes hours
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name        = "${var.cluster}-drover-${each.key}"
  description = "drover for the cluster ${var.cluster}: ${each.key}"
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attached

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = aws_iam_policy.this[each.value.policy].arn
}

# Old versions of a state are what saves a cluster whose state was broken.
resource "aws_s3_bucket" "states" {
  count = var.bucket == null ? 0 : 1

  bucket = var.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "states" {
  count = var.bucket == null ? 0 : 1

  bucket = aws_s3_bucket.states[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "states" {
  count = var.bucket == null ? 0 : 1

  bucket                  = aws_s3_bucket.states[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

output "roles" {
  description = "The ARNs of the roles: the one that applies belongs into access.admins or access.operators of the spec."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "boundary" {
  description = "The ARN of the policy that bounds the cluster's own roles, for access.permissionsBoundary of the spec."
  value       = aws_iam_policy.this["boundary"].arn
}
