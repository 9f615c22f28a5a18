# The flow logs of the network, when they go to S3.

locals {
  # A bucket has one name in all of AWS: account, region and cluster are in it by a part of their hash.
  flow_logs_bucket     = "${trimsuffix(substr(var.name, 0, 34), "-")}-flow-logs-${substr(sha1("${local.account}/${local.region}/${var.name}"), 0, 12)}"
  flow_logs_bucket_arn = "arn:${local.partition}:s3:::${local.flow_logs_bucket}"
}

resource "aws_s3_bucket" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = local.flow_logs_bucket
  # The logs go with the network that they are of, once its protection is lifted.
  force_destroy = !var.deletion_protection

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket                  = aws_s3_bucket.flow_logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = aws_s3_bucket.flow_logs[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = aws_s3_bucket.flow_logs[0].id

  # A log that somebody deletes or overwrites is still there, until its time.
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = aws_s3_bucket.flow_logs[0].id

  rule {
    bucket_key_enabled = true # one call of KMS for many logs

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = aws_s3_bucket.flow_logs[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.flow_logs_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.flow_logs]
}

# The statements that AWS would write itself, word for word, and one that refuses requests without TLS.
# https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
data "aws_iam_policy_document" "flow_logs_bucket" {
  count = local.flow_logs_in_bucket

  statement {
    sid       = "AWSLogDeliveryWrite"
    actions   = ["s3:PutObject"]
    resources = ["${local.flow_logs_bucket_arn}/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.delivery_arns}*"]
    }
  }

  statement {
    sid       = "AWSLogDeliveryAclCheck"
    actions   = ["s3:GetBucketAcl", "s3:ListBucket"]
    resources = [local.flow_logs_bucket_arn]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${local.delivery_arns}*"]
    }
  }

  statement {
    sid       = "OnlyByTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.flow_logs_bucket_arn, "${local.flow_logs_bucket_arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "flow_logs" {
  count = local.flow_logs_in_bucket

  bucket = aws_s3_bucket.flow_logs[0].id
  policy = data.aws_iam_policy_document.flow_logs_bucket[0].json

  depends_on = [aws_s3_bucket_public_access_block.flow_logs]
}
