# The control plane: who reaches it, what it encrypts, and who may do what.

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

run "api_is_private_by_default" {
  command = plan

  variables {
    allow_api_from = ["10.20.0.0/16", "10.90.0.0/22"]
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The API must have a private endpoint, and no other."
  }

  assert {
    condition     = join(" ", keys(aws_vpc_security_group_ingress_rule.api)) == "10.20.0.0/16 10.90.0.0/22" && alltrue([for rule in values(aws_vpc_security_group_ingress_rule.api) : rule.from_port == 443 && rule.to_port == 443])
    error_message = "The private endpoint must be open to the named ranges, for HTTPS."
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].subnet_ids == toset(var.subnet_ids)
    error_message = "The control plane must be in the color's subnets."
  }
}

run "a_further_zone_of_the_network_changes_nothing" {
  command = plan

  variables {
    zones       = 2
    pod_subnets = { eu-west-1a = "subnet-x0", eu-west-1b = "subnet-x1", eu-west-1c = "subnet-x2" }
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].subnet_ids == toset(["subnet-b0", "subnet-b1"]) && aws_eks_node_group.this["general"].subnet_ids == toset(["subnet-b0", "subnet-b1"]) && terraform_data.zones.input == 2
    error_message = "EKS and the nodes must stay in the zones that the color was made for."
  }

  assert {
    condition     = aws_lb.this.subnets == toset(["subnet-p0", "subnet-p1"]) && keys(jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).eniConfig.subnets) == ["eu-west-1a", "eu-west-1b"]
    error_message = "The load balancer and the pods must stay in these zones, too."
  }
}

run "restricted_api_is_open_to_named_ranges" {
  command = plan

  variables {
    api = { access = "restricted", allow = ["203.0.113.0/24"] }
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/24"])
    error_message = "A restricted API must be public for the named ranges only, and stay private beside that."
  }
}

run "secrets_and_logs_are_encrypted" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.kms_key_arn && aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"])
    error_message = "Kubernetes secrets must be encrypted with the cluster's key."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5
    error_message = "All logs must be on by default."
  }
}

run "logs_go_to_the_group_of_the_foundation_only" {
  command = plan

  variables {
    log_group = "/aws/eks/shop-green/cluster"
  }

  expect_failures = [aws_eks_cluster.this]
}

run "access_is_by_entries_alone" {
  command = plan

  variables {
    admins    = ["arn:aws:iam::123456789012:role/platform-admin"]
    operators = ["arn:aws:iam::123456789012:role/drover"]
    viewers   = ["arn:aws:iam::123456789012:role/developer"]
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Nobody may have access that no entry shows."
  }

  assert {
    condition = { for arn, association in aws_eks_access_policy_association.this : arn => association.policy_arn } == {
      "arn:aws:iam::123456789012:role/developer"      = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
      "arn:aws:iam::123456789012:role/drover"         = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
      "arn:aws:iam::123456789012:role/platform-admin" = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    }
    error_message = "Admins must administer, operators look, and viewers view."
  }

  assert {
    condition     = { for arn, entry in aws_eks_access_entry.this : arn => entry.kubernetes_groups if length(entry.kubernetes_groups) > 0 } == { "arn:aws:iam::123456789012:role/drover" = toset(["drover"]) }
    error_message = "Operators, and nobody else, must be of the group that RBAC lets delete what holds on to the cloud."
  }
}

run "only_this_cluster_has_its_roles" {
  command = plan

  assert {
    condition = alltrue([
      for document in [data.aws_iam_policy_document.cluster_trust, data.aws_iam_policy_document.addon_trust] :
      { for condition in document.statement[0].condition : condition.variable => "${condition.test} ${one(condition.values)}" if startswith(condition.variable, "aws:Source") } ==
      { "aws:SourceAccount" = "StringEquals 123456789012", "aws:SourceArn" = "ArnEquals arn:aws:eks:eu-west-1:123456789012:cluster/shop-blue" }
    ])
    error_message = "EKS must use the roles for this cluster only."
  }

  assert {
    condition     = aws_iam_role.node.name == "shop-blue-${substr(sha1("eu-west-1/shop"), 0, 6)}-node"
    error_message = "The region must be in the name of a role, which is one for all regions."
  }
}

run "identities_are_associated" {
  command = plan

  variables {
    identities = { checkout = { role_arn = "arn:aws:iam::123456789012:role/shop-checkout", namespace = "pay", service_account = "checkout" } }
  }

  assert {
    condition     = aws_eks_pod_identity_association.this["checkout"].namespace == "pay" && aws_eks_pod_identity_association.this["checkout"].role_arn == "arn:aws:iam::123456789012:role/shop-checkout"
    error_message = "A service account must get its role."
  }
}

run "network_comes_before_nodes_and_has_its_own_role" {
  command = plan

  assert {
    condition     = join(" ", keys(aws_eks_addon.before_nodes)) == "eks-pod-identity-agent kube-proxy vpc-cni" && join(" ", keys(aws_eks_addon.after_nodes)) == "aws-ebs-csi-driver coredns metrics-server"
    error_message = "What makes a node ready must come before the nodes, and what runs on one after."
  }

  assert {
    condition     = join(" ", keys(aws_iam_role.addon)) == "aws-ebs-csi-driver vpc-cni" && !anytrue([for attachment in values(aws_iam_role_policy_attachment.node) : endswith(attachment.policy_arn, "AmazonEKS_CNI_Policy")])
    error_message = "The rights of the network plugin and of the EBS driver must not be the nodes'."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "Network policies must be enforced."
  }
}

run "pods_may_have_subnets_of_their_own" {
  command = plan

  variables {
    pod_subnets = { eu-west-1a = "subnet-pods-a", eu-west-1b = "subnet-pods-b", eu-west-1c = "subnet-pods-c" }
  }

  assert {
    condition = jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values) == {
      enableNetworkPolicy = "true"
      eniConfig = {
        create  = true
        region  = "eu-west-1"
        subnets = { eu-west-1a = { id = "subnet-pods-a" }, eu-west-1b = { id = "subnet-pods-b" }, eu-west-1c = { id = "subnet-pods-c" } }
      }
      env = {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = "true"
        ENABLE_PREFIX_DELEGATION           = "true"
        ENI_CONFIG_LABEL_DEF               = "topology.kubernetes.io/zone"
      }
    }
    error_message = "The network plugin must take the addresses of pods from the subnets of their zone."
  }
}

run "a_zone_without_a_subnet_for_pods_is_refused" {
  command = plan

  variables {
    pod_subnets = { eu-west-1a = "subnet-pods-a" }
  }

  expect_failures = [var.pod_subnets]
}

run "addons_are_pinned_and_get_the_rights_they_need" {
  command = plan

  variables {
    addons = {
      aws-ebs-csi-driver     = { version = "v1.45.0-eksbuild.2" }
      coredns                = { version = "v1.12.1-eksbuild.2" }
      eks-pod-identity-agent = { version = "v1.3.10-eksbuild.2" }
      kube-proxy             = { version = "v1.33.3-eksbuild.4" }
      metrics-server         = { version = "v0.8.0-eksbuild.6" }
      vpc-cni                = { version = "v1.20.0-eksbuild.1" }
    }
  }

  assert {
    condition     = { for name, addon in merge(aws_eks_addon.before_nodes, aws_eks_addon.after_nodes) : name => addon.addon_version } == { for name, addon in var.addons : name => addon.version }
    error_message = "A version that is named must be taken."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.addon["aws-ebs-csi-driver"].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
    error_message = "The EBS driver must get its policy."
  }
}

run "ebs_driver_gets_its_role_by_pod_identity" {
  command = plan

  assert {
    condition     = [for association in aws_eks_addon.after_nodes["aws-ebs-csi-driver"].pod_identity_association : association.service_account] == ["ebs-csi-controller-sa"] && length(aws_eks_addon.after_nodes["coredns"].pod_identity_association) == 0
    error_message = "The EBS driver's controller must have a role of its own."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.addon["aws-ebs-csi-driver"].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
    error_message = "The EBS driver must be there by default, with AWS's policy for it."
  }
}

run "longest_name_makes_roles_that_iam_takes" {
  command = plan

  variables {
    name      = "platform-production-europe-west-primaryx"
    color     = "green"
    log_group = "/aws/eks/platform-production-europe-west-primaryx-green/cluster"
  }

  assert {
    condition     = length(var.name) == 40 && alltrue([for role in concat(values(aws_iam_role.addon), [aws_iam_role.cluster, aws_iam_role.node]) : length(role.name) <= 64])
    error_message = "The name of an IAM role has at most 64 characters."
  }
}

run "every_role_is_bounded" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.addon), [aws_iam_role.cluster, aws_iam_role.node]) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "A boundary must be on every role."
  }
}

run "teams_have_their_namespaces_and_no_others" {
  command = plan

  variables {
    viewers = ["arn:aws:iam::123456789012:role/developer"]
    teams = [
      { principal = "arn:aws:iam::123456789012:role/developer", role = "edit", namespaces = ["sandbox", "preview-*"] },
      { principal = "arn:aws:iam::123456789012:role/checkout", role = "admin", namespaces = ["checkout"] },
      { principal = "arn:aws:iam::123456789012:role/checkout", role = "view", namespaces = ["storefront"] },
    ]
  }

  assert {
    condition     = setunion(keys(aws_eks_access_entry.this), keys(aws_eks_access_entry.team)) == toset(["arn:aws:iam::123456789012:role/developer", "arn:aws:iam::123456789012:role/checkout"]) && keys(aws_eks_access_entry.team) == ["arn:aws:iam::123456789012:role/checkout"]
    error_message = "Each principal must have one entry."
  }

  assert {
    condition = [for association in values(aws_eks_access_policy_association.team) : [association.principal_arn, association.policy_arn, association.access_scope[0].type, association.access_scope[0].namespaces]] == [
      ["arn:aws:iam::123456789012:role/checkout", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy", "namespace", toset(["checkout"])],
      ["arn:aws:iam::123456789012:role/developer", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", "namespace", toset(["preview-*", "sandbox"])],
      ["arn:aws:iam::123456789012:role/checkout", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "namespace", toset(["storefront"])],
    ]
    error_message = "A team must have its role in its namespaces only."
  }
}

run "addons_are_configured_as_asked_and_as_the_module_needs" {
  command = plan

  variables {
    pod_subnets = { eu-west-1a = "subnet-d0", eu-west-1b = "subnet-d1", eu-west-1c = "subnet-d2" }
    addons = {
      coredns                = { configuration = "{\"replicaCount\":3,\"nodeSelector\":{\"workload\":\"system\"}}" }
      eks-pod-identity-agent = {}
      kube-proxy             = {}
      vpc-cni                = { configuration = "{\"env\":{\"WARM_IP_TARGET\":\"4\",\"ENABLE_PREFIX_DELEGATION\":\"false\"},\"resources\":{\"requests\":{\"cpu\":\"50m\"}}}" }
    }
  }

  assert {
    condition     = jsondecode(aws_eks_addon.after_nodes["coredns"].configuration_values) == { replicaCount = 3, nodeSelector = { workload = "system" } }
    error_message = "An add-on must be configured as asked."
  }

  assert {
    condition     = keys(local.addon_settings) == ["coredns", "vpc-cni"]
    error_message = "An add-on that nobody configures must have its defaults."
  }

  assert {
    condition = (
      jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).env == { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = "true", ENABLE_PREFIX_DELEGATION = "true", ENI_CONFIG_LABEL_DEF = "topology.kubernetes.io/zone", WARM_IP_TARGET = "4" }
      && jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
      && jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).resources.requests.cpu == "50m"
      && jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).eniConfig.create
    )
    error_message = "The network plugin must have what the pods' subnets need, and what is asked beside it."
  }
}

run "support_ends_and_zones_stay_unless_asked" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD" && !aws_eks_cluster.this.zonal_shift_config[0].enabled
    error_message = "Extended support costs, and shifts need room: neither may come by itself."
  }
}

run "support_is_extended_and_zones_can_be_left" {
  command = plan

  variables {
    support     = "extended"
    zonal_shift = true
  }

  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "EXTENDED" && aws_eks_cluster.this.zonal_shift_config[0].enabled
    error_message = "Both must be as asked."
  }
}
