locals {
  log_prefix = "/drover/${var.name}"
  log_arns   = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:"
  # What delivers logs to buckets names itself by these.
  delivery_arns = "arn:${local.partition}:logs:${local.region}:${local.account}:"
}

# One key for what the cluster keeps: Kubernetes secrets, logs, images, disks, databases and their
# passwords. It belongs to the foundation, because both colors and the databases live by it.
resource "aws_kms_key" "this" {
  description             = "Encrypts what the drover cluster ${var.name} keeps"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  tags = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/drover/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# In a key's own policy, the resource "*" means this key and no other.
data "aws_iam_policy_document" "key" {
  # Leaves the rest to IAM. Without this statement nobody could ever change the policy again.
  statement {
    sid       = "AccountDecidesByIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid = "LogGroupsOfThisCluster"
    actions = [
      "kms:Decrypt*",
      "kms:Describe*",
      "kms:Encrypt*",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        "${local.log_arns}${local.log_prefix}/*",
        "${local.log_arns}/aws/eks/${var.name}-blue/*",
        "${local.log_arns}/aws/eks/${var.name}-green/*",
        "${local.log_arns}/aws/rds/instance/${var.name}-*",
      ]
    }
  }

  # CloudWatch, and AWS Backup if there is a vault, write to an encrypted topic with this key, to that one topic only.
  dynamic "statement" {
    for_each = var.alerts ? [1] : []

    content {
      sid       = "AlarmsOfThisCluster"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = concat(["cloudwatch.amazonaws.com"], var.backup == null ? [] : ["backup.amazonaws.com"])
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:sns:topicArn"
        values   = [local.topic_arn]
      }
    }
  }

  # What delivers the flow logs to their bucket encrypts them.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html#AWS-logs-SSE-KMS-S3
  dynamic "statement" {
    for_each = local.flow_logs_in_bucket == 1 ? [1] : []

    content {
      sid       = "FlowLogsOfThisCluster"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = ["*"]

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
  }

  # The nodes' disks: the Auto Scaling service's own role starts the instances. It cannot be named
  # here, because in a new account it does not exist before the first group; so this is worded like
  # the policy of the key that AWS itself manages for EBS: this account, and only by way of EC2.
  statement {
    sid = "DisksOfThisAccount"
    actions = [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [local.account]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["ec2.${local.region}.${data.aws_partition.current.dns_suffix}"]
    }
  }

  # A grant outlives the request: only AWS' own services get one, as the disk's is for EC2, and nobody hands the key on.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
  statement {
    sid       = "GrantsForDisksOfThisAccount"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [local.account]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["ec2.${local.region}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}
