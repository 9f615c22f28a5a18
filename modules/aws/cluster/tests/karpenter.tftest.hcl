# Karpenter: what it gets, and how little that is.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "shop"
  color              = "blue"
  kubernetes_version = "1.33"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-b0", "subnet-b1", "subnet-b2"]
  public_subnet_ids  = ["subnet-p0", "subnet-p1", "subnet-p2"]
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group          = "/aws/eks/shop-blue/cluster"
  domain             = "shop.example.com"
  zone_id            = "Z1"
  node_pools = {
    general = { machines = ["m7i.large", "m6i.large"], min = 3, max = 12 }
  }
}

run "without_karpenter_there_is_nothing_of_it" {
  command = plan

  assert {
    condition     = length(aws_sqs_queue.karpenter) + length(aws_cloudwatch_event_rule.karpenter) + length(aws_iam_role.controller) + length(aws_iam_role.karpenter_node) + length(aws_iam_instance_profile.karpenter) + length(aws_eks_access_entry.karpenter_node) + length(aws_eks_pod_identity_association.controller) == 0 && output.karpenter == null
    error_message = "Karpenter must be a choice."
  }
}

run "karpenter_gets_its_queue_and_hears_of_interruptions" {
  command = apply

  variables {
    karpenter             = {}
    pull_through_prefixes = { quay = "shop/quay" }
    permissions_boundary  = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition = { for name, rule in aws_cloudwatch_event_rule.karpenter : name => jsondecode(rule.event_pattern).detail-type[0] } == {
      health            = "AWS Health Event"
      rebalance         = "EC2 Instance Rebalance Recommendation"
      reservation       = "EC2 Capacity Reservation Instance Interruption Warning"
      spot-interruption = "EC2 Spot Instance Interruption Warning"
      state-change      = "EC2 Instance State-change Notification"
    }
    error_message = "Karpenter must hear of whatever takes a node away."
  }

  assert {
    condition     = alltrue([for name, target in aws_cloudwatch_event_target.karpenter : target.arn == aws_sqs_queue.karpenter["this"].arn && target.rule == "shop-blue-${name}"]) && aws_sqs_queue.karpenter["this"].sqs_managed_sse_enabled
    error_message = "Every rule must lead to the queue, which is encrypted."
  }

  assert {
    condition     = data.aws_iam_policy_document.karpenter_queue["this"].statement[0].actions == toset(["sqs:SendMessage"]) && alltrue([for condition in data.aws_iam_policy_document.karpenter_queue["this"].statement[0].condition : condition.variable == "aws:SourceArn"]) && data.aws_iam_policy_document.karpenter_queue["this"].statement[1].effect == "Deny"
    error_message = "Only the cluster's own rules may send to the queue."
  }

  assert {
    condition     = aws_eks_access_entry.karpenter_node["this"].type == "EC2_LINUX" && aws_eks_access_entry.karpenter_node["this"].principal_arn == aws_iam_role.karpenter_node["this"].arn && aws_iam_instance_profile.karpenter["this"].role == "shop-blue-${substr(sha1("eu-west-1/shop"), 0, 6)}-karpenter-node"
    error_message = "Karpenter's nodes must be let in, and have their role by the instance profile."
  }

  assert {
    condition     = aws_eks_pod_identity_association.controller["karpenter"].namespace == "kube-system" && aws_eks_pod_identity_association.controller["karpenter"].service_account == "karpenter" && { for condition in data.aws_iam_policy_document.controller_trust["karpenter"].statement[0].condition : condition.variable => one(condition.values) } == { "aws:RequestTag/eks-cluster-name" = "shop-blue", "aws:SourceAccount" = "123456789012", "aws:SourceArn" = "arn:aws:eks:eu-west-1:123456789012:cluster/shop-blue", "aws:RequestTag/kubernetes-namespace" = "kube-system", "aws:RequestTag/kubernetes-service-account" = "karpenter" }
    error_message = "Only the controller's own service account in this cluster may have its role."
  }

  assert {
    condition     = keys(aws_iam_role_policy_attachment.karpenter_node) == keys(aws_iam_role_policy_attachment.node) && length(aws_iam_role_policy.karpenter_node_pull_through) == 1
    error_message = "Karpenter's nodes must have the rights of the pools' nodes."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.controller), values(aws_iam_role.karpenter_node)) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "A boundary must be on every role."
  }

  assert {
    condition     = output.karpenter == { queue = "shop-blue-karpenter", instance_profile = "shop-blue-${substr(sha1("eu-west-1/shop"), 0, 6)}-karpenter-node", subnet_ids = var.subnet_ids, security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id }
    error_message = "The output must have what an EC2NodeClass names."
  }
}

run "karpenter_touches_only_what_is_its_own" {
  command = apply

  variables {
    karpenter = { namespace = "karpenter", service_account = "controller" }
  }

  # Whatever changes anything is held to this color's own things or to the cluster's mark.
  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.karpenter["this"].statement : !contains(statement.resources, "*")
      if !alltrue([for action in statement.actions : can(regex("^(ec2:Describe|pricing:Get)", action))])
    ])
    error_message = "Only reading may be without bounds."
  }

  assert {
    condition = alltrue([
      for sid in ["StartFromOwnTemplates", "NameOwnInstances", "RemoveOwn"] : anytrue([
        for condition in one([for statement in data.aws_iam_policy_document.karpenter["this"].statement : statement if statement.sid == sid]).condition :
        condition.variable == "aws:ResourceTag/kubernetes.io/cluster/shop-blue" && condition.test == "StringEquals" && condition.values == tolist(["owned"])
      ])
    ])
    error_message = "What is there may be touched only if it carries this cluster's mark."
  }

  assert {
    condition = alltrue([
      for sid in ["MakeOnlyWhatIsMarked", "MarkWhatIsMade"] : anytrue([
        for condition in one([for statement in data.aws_iam_policy_document.karpenter["this"].statement : statement if statement.sid == sid]).condition :
        condition.variable == "aws:RequestTag/kubernetes.io/cluster/shop-blue" && condition.test == "StringEquals" && condition.values == tolist(["owned"])
      ])
    ])
    error_message = "What is made must get this cluster's mark."
  }

  assert {
    condition = toset([for resource in one([for statement in data.aws_iam_policy_document.karpenter["this"].statement : statement if statement.sid == "StartFromImagesInThisColorsNetwork"]).resources : resource if strcontains(resource, ":subnet/")]) == toset([
      for id in var.subnet_ids : "arn:aws:ec2:eu-west-1:123456789012:subnet/${id}"
    ])
    error_message = "Nodes must be in this color's subnets."
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.karpenter["this"].statement : statement if contains(statement.actions, "iam:PassRole")]).resources == toset([aws_iam_role.karpenter_node["this"].arn])
    error_message = "Karpenter may give its nodes their role, and no other."
  }
}

run "karpenter_sees_what_it_selects_and_cleans_up" {
  command = apply

  variables {
    karpenter = {}
  }

  assert {
    condition = toset([for resource in one([for statement in data.aws_iam_policy_document.karpenter["this"].statement : statement if statement.sid == "StartFromImagesInThisColorsNetwork"]).resources : resource if can(regex(":(capacity-reservation|placement-group)/", resource))]) == toset([
      "arn:aws:ec2:eu-west-1:123456789012:capacity-reservation/*",
      "arn:aws:ec2:eu-west-1:123456789012:placement-group/*",
    ])
    error_message = "A reservation or a placement group that a node class selects must be usable, if it is of this account."
  }

  # Without these no EC2NodeClass could ever be deleted.
  assert {
    condition = { for statement in data.aws_iam_policy_document.karpenter["this"].statement : one(statement.actions) => statement.resources if can(regex("InstanceProfile", one(statement.actions))) } == {
      "iam:GetInstanceProfile"   = toset([aws_iam_instance_profile.karpenter["this"].arn, "arn:aws:iam::123456789012:instance-profile/shop-blue_*"])
      "iam:ListInstanceProfiles" = toset(["arn:aws:iam::123456789012:instance-profile/karpenter/eu-west-1/shop-blue/*"])
    }
    error_message = "Karpenter must see the profiles that it would have made, and must not change any."
  }
}

run "longest_name_makes_names_that_aws_takes" {
  command = plan

  variables {
    name               = "platform-production-europe-west-primaryx"
    color              = "green"
    log_group          = "/aws/eks/platform-production-europe-west-primaryx-green/cluster"
    karpenter          = {}
    cluster_autoscaler = {}
  }

  assert {
    condition     = alltrue([for name in concat([for rule in values(aws_cloudwatch_event_rule.karpenter) : rule.name], [for role in concat(values(aws_iam_role.controller), values(aws_iam_role.karpenter_node)) : role.name]) : length(name) <= 64])
    error_message = "Rules and roles have at most 64 characters."
  }
}

run "service_account_that_kubernetes_refuses" {
  command = plan

  variables {
    karpenter = { namespace = "kube_system" }
  }

  expect_failures = [var.karpenter]
}
