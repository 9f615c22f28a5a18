# The Cluster Autoscaler: what it gets, how little that is, and that Terraform does not undo what it does.

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

run "without_an_autoscaler_there_is_nothing_of_it" {
  command = plan

  assert {
    condition     = length(aws_iam_role.controller) + length(aws_iam_role_policy.autoscaler) + length(aws_eks_pod_identity_association.controller) == 0
    error_message = "The Cluster Autoscaler must be a choice."
  }
}

run "autoscaler_resizes_only_groups_of_its_own_cluster" {
  command = apply

  variables {
    cluster_autoscaler   = {}
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition = { for statement in data.aws_iam_policy_document.autoscaler["this"].statement : statement.sid => "${join(" ", statement.actions)} on ${join(" ", statement.resources)}" } == {
      ResizeOwnGroups      = "autoscaling:SetDesiredCapacity autoscaling:TerminateInstanceInAutoScalingGroup on arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/eks-*"
      SeeOwnNodeGroups     = "eks:DescribeNodegroup on arn:aws:eks:eu-west-1:123456789012:nodegroup/shop-blue/*/*"
      SeeGroupsAndMachines = "autoscaling:DescribeAutoScalingGroups autoscaling:DescribeScalingActivities ec2:DescribeInstanceTypes ec2:DescribeLaunchTemplateVersions on *"
    }
    error_message = "Only looking may be without bounds."
  }

  assert {
    condition = { for statement in data.aws_iam_policy_document.autoscaler["this"].statement : statement.sid => [for condition in statement.condition : "${condition.test} ${condition.variable} ${join(" ", condition.values)}"] } == {
      ResizeOwnGroups      = ["StringEquals aws:ResourceTag/k8s.io/cluster-autoscaler/shop-blue owned"]
      SeeOwnNodeGroups     = []
      SeeGroupsAndMachines = ["StringEquals aws:RequestedRegion eu-west-1"]
    }
    error_message = "Groups of another cluster, the other color's among them, must be out of reach."
  }

  assert {
    condition     = { for condition in data.aws_iam_policy_document.controller_trust["autoscaler"].statement[0].condition : condition.variable => one(condition.values) } == { "aws:RequestTag/eks-cluster-name" = "shop-blue", "aws:SourceAccount" = "123456789012", "aws:SourceArn" = "arn:aws:eks:eu-west-1:123456789012:cluster/shop-blue", "aws:RequestTag/kubernetes-namespace" = "kube-system", "aws:RequestTag/kubernetes-service-account" = "cluster-autoscaler" }
    error_message = "Only the autoscaler's own service account in this cluster may have its role."
  }

  assert {
    condition     = keys(aws_iam_role.controller) == ["autoscaler"] && aws_iam_role.controller["autoscaler"].name == "shop-blue-${substr(sha1("eu-west-1/shop"), 0, 6)}-autoscaler" && aws_iam_role.controller["autoscaler"].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" && aws_iam_role_policy.autoscaler["this"].role == aws_iam_role.controller["autoscaler"].id
    error_message = "The role must be of this color, bounded, and have the rights."
  }

  assert {
    condition     = aws_eks_pod_identity_association.controller["autoscaler"].namespace == "kube-system" && aws_eks_pod_identity_association.controller["autoscaler"].service_account == "cluster-autoscaler" && aws_eks_pod_identity_association.controller["autoscaler"].role_arn == aws_iam_role.controller["autoscaler"].arn
    error_message = "The service account must get the role."
  }
}

# The nodes that the run before this one made stand for those that an autoscaler has added or taken away.
run "terraform_leaves_the_number_of_nodes_alone" {
  command = plan

  variables {
    node_pools = {
      general = { machines = ["m7i.large", "m6i.large"], min = 2, max = 20 }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["general"].scaling_config[0] == { desired_size = 3, max_size = 20, min_size = 2 }
    error_message = "The bounds must follow what is asked for, and the number of nodes stay what it is."
  }
}

run "service_account_that_has_a_role_already" {
  command = plan

  variables {
    cluster_autoscaler = {}
    identities         = { scaler = { role_arn = "arn:aws:iam::123456789012:role/scaler", namespace = "kube-system", service_account = "cluster-autoscaler" } }
  }

  expect_failures = [aws_eks_pod_identity_association.controller]
}

run "service_account_that_kubernetes_refuses" {
  command = plan

  variables {
    cluster_autoscaler = { service_account = "Cluster_Autoscaler" }
  }

  expect_failures = [var.cluster_autoscaler]
}
