locals {
  secret_arns = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:"

  # Patterns are relative to the prefix; one that says the prefix itself is taken as it is.
  identity_secret_names = {
    for name, identity in var.identities : name => [
      for secret in identity.secrets :
      var.secrets_prefix == "" || startswith(secret, "${var.secrets_prefix}/") ? secret : "${var.secrets_prefix}/${secret}"
    ]
  }

  # Secrets Manager ends each ARN with a dash and six random characters.
  identity_secrets = {
    for name, secrets in local.identity_secret_names : name => [
      for secret in secrets : "${local.secret_arns}${endswith(secret, "*") ? secret : "${secret}-??????"}"
    ]
  }

  # A role policy may not be empty.
  identities_with_rights = {
    for name, identity in var.identities : name => identity
    if length(identity.secrets) + length(identity.databases) + length(identity.buckets) + length(identity.policies.statements) > 0 || identity.dns_challenges
  }

  # An attachment for each policy of each identity.
  identity_policies = merge([
    for name, identity in var.identities : { for arn in identity.policies.managed : "${name}:${arn}" => { identity = name, arn = arn } }
  ]...)

  zone_arn = "arn:${local.partition}:route53:::hostedzone/${local.zone.zone_id}"
}

# EKS Pod Identity: the trust names a service, not a cluster's issuer, so the same role serves blue
# and green, and a rotation changes no role. The session's tags, which EKS sets and a pod cannot,
# hold it to the one service account in the two clusters.
data "aws_iam_policy_document" "identity_trust" {
  for_each = var.identities

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for color in ["blue", "green"] : "arn:${local.partition}:eks:${local.region}:${local.account}:cluster/${var.name}-${color}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-name"
      values   = ["${var.name}-blue", "${var.name}-green"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }
  }
}

data "aws_iam_policy_document" "identity" {
  for_each = local.identities_with_rights

  dynamic "statement" {
    for_each = length(each.value.secrets) > 0 ? [1] : []

    content {
      sid       = "ReadSecrets"
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = local.identity_secrets[each.key]
    }
  }

  dynamic "statement" {
    for_each = length(each.value.secrets) > 0 ? [1] : []

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = [aws_kms_key.this.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }

  # The database's user is named like the identity.
  dynamic "statement" {
    for_each = length(each.value.databases) > 0 ? [1] : []

    content {
      sid     = "LogInToDatabases"
      actions = ["rds-db:connect"]
      resources = [
        for database in each.value.databases :
        "arn:${local.partition}:rds-db:${local.region}:${local.account}:dbuser:${aws_db_instance.this[database].resource_id}/${each.key}"
      ]
    }
  }

  dynamic "statement" {
    for_each = length(each.value.buckets) > 0 ? [1] : []

    content {
      sid       = "ListBuckets"
      actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
      resources = [for bucket in each.value.buckets : "arn:${local.partition}:s3:::${bucket}"]
    }
  }

  dynamic "statement" {
    for_each = length(each.value.buckets) > 0 ? [1] : []

    content {
      sid       = "UseObjects"
      actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = [for bucket in each.value.buckets : "arn:${local.partition}:s3:::${bucket}/*"]
    }
  }

  # The rights that cert-manager documents (https://cert-manager.io/docs/configuration/acme/dns01/route53/, read on
  # 2026-08-22), held closer: to this zone, and to the records that answer challenges for the domain and for names
  # below it. Without ListHostedZonesByName, which knows no resource: its solver has to name the zone (hostedZoneID).
  dynamic "statement" {
    for_each = each.value.dns_challenges ? [1] : []

    content {
      sid       = "AnswerChallenges"
      actions   = ["route53:ChangeResourceRecordSets"]
      resources = [local.zone_arn]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        values   = ["_acme-challenge.${var.domain}", "_acme-challenge.*.${var.domain}"]
      }

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "route53:ChangeResourceRecordSetsRecordTypes"
        values   = ["TXT"]
      }

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "route53:ChangeResourceRecordSetsActions"
        values   = ["DELETE", "UPSERT"]
      }

      # "For all values" holds for none at all, too.
      dynamic "condition" {
        for_each = toset(["Actions", "NormalizedRecordNames", "RecordTypes"])

        content {
          test     = "Null"
          variable = "route53:ChangeResourceRecordSets${condition.key}"
          values   = ["false"]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = each.value.dns_challenges ? [1] : []

    content {
      sid       = "SeeRecords"
      actions   = ["route53:ListResourceRecordSets"]
      resources = [local.zone_arn]
    }
  }

  # A change has no name before it is made.
  dynamic "statement" {
    for_each = each.value.dns_challenges ? [1] : []

    content {
      sid       = "WaitForChanges"
      actions   = ["route53:GetChange"]
      resources = ["arn:${local.partition}:route53:::change/*"]
    }
  }

  dynamic "statement" {
    for_each = each.value.policies.statements

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

resource "aws_iam_role" "identity" {
  for_each = var.identities

  name                 = "${local.global_name}-${each.key}"
  description          = "${each.value.namespace}/${each.value.service_account} in the drover cluster ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.identity_trust[each.key].json
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "identity" {
  for_each = local.identities_with_rights

  name   = "least-privilege"
  role   = aws_iam_role.identity[each.key].id
  policy = data.aws_iam_policy_document.identity[each.key].json
}

resource "aws_iam_role_policy_attachment" "identity" {
  for_each = local.identity_policies

  role       = aws_iam_role.identity[each.value.identity].name
  policy_arn = each.value.arn
}
