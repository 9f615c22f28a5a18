# The zone, the registry, the databases and the identities.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "shop"
  cidr   = "10.20.0.0/16"
  domain = "shop.example.com"
  subnets = {
    public = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
    data   = ["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"]
    blue   = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
    green  = ["10.20.128.0/20", "10.20.144.0/20", "10.20.160.0/20"]
  }
}


run "public_zone_is_created" {
  command = plan

  assert {
    condition     = aws_route53_zone.public[0].name == "shop.example.com" && length(aws_route53_zone.private) == 0 && length(data.aws_route53_zone.adopted) == 0
    error_message = "The zone must be made for the domain, and be public."
  }
}

run "internal_zone_is_private" {
  command = apply

  variables {
    visibility = "internal"
  }

  assert {
    condition     = [for vpc in aws_route53_zone.private[0].vpc : vpc.vpc_id] == [aws_vpc.this[0].id] && length(aws_route53_zone.public) == 0 && output.zone_id == aws_route53_zone.private[0].zone_id
    error_message = "An internal zone must be associated with the VPC."
  }
}

run "adopted_zone_is_not_made" {
  command = plan

  variables {
    zone = "adopt"
  }

  assert {
    condition     = length(aws_route53_zone.public) + length(aws_route53_zone.private) == 0 && !data.aws_route53_zone.adopted[0].private_zone && length(aws_route53_zone_association.adopted) == 0
    error_message = "adopt must look the public zone up and make none."
  }
}

run "adopted_private_zone_learns_of_the_vpc" {
  command = apply

  variables {
    zone       = "adopt"
    visibility = "internal"
  }

  assert {
    condition     = aws_route53_zone_association.adopted[0].vpc_id == aws_vpc.this[0].id && data.aws_route53_zone.adopted[0].private_zone
    error_message = "An adopted private zone must be associated with the new VPC."
  }
}

run "key_rotates" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_alias.this.name == "alias/drover/shop"
    error_message = "The key must rotate, under an alias of the cluster."
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.key.statement : length(statement.condition) > 0 if statement.sid != "AccountDecidesByIAM"])
    error_message = "Whoever may use the key beside the account must be held by a condition."
  }
}

run "logs_of_both_control_planes_outlive_the_colors" {
  command = apply

  assert {
    condition     = output.control_plane_log_groups == { blue = "/aws/eks/shop-blue/cluster", green = "/aws/eks/shop-green/cluster" }
    error_message = "Both colors must have the one group that EKS writes their logs to."
  }

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.control_plane) : group.retention_in_days == 90 && group.kms_key_id == aws_kms_key.this.arn])
    error_message = "Logs of the control planes must be encrypted, and kept for a time."
  }
}

run "logs_of_control_planes_are_kept_as_long_as_asked" {
  command = plan

  variables {
    control_plane_log_retention_days = 365
  }

  assert {
    condition     = alltrue([for group in values(aws_cloudwatch_log_group.control_plane) : group.retention_in_days == 365])
    error_message = "Logs of the control planes must be kept as long as asked."
  }
}

run "key_is_granted_to_services_of_aws_only" {
  command = plan

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.key.statement :
      contains([for condition in statement.condition : "${condition.test} ${condition.variable} ${join(" ", condition.values)}"], "Bool kms:GrantIsForAWSResource true")
      if contains(statement.actions, "kms:CreateGrant")
    ])
    error_message = "Nobody but a service of AWS may be given a grant."
  }
}

run "roles_have_one_name_in_all_regions" {
  command = plan

  variables {
    name       = "platform-production-europe-west-primaryx"
    identities = { a-service-of-22-signs0 = { namespace = "pay", service_account = "pay" } }
    alerts     = true
  }

  assert {
    condition     = aws_iam_role.identity["a-service-of-22-signs0"].name == "platform-production-europe-west-pr-${substr(sha1("eu-west-1/platform-production-europe-west-primaryx"), 0, 6)}-a-service-of-22-signs0"
    error_message = "The region and the whole name of the cluster must be in the name of a role."
  }

  assert {
    condition     = length(aws_iam_role.identity["a-service-of-22-signs0"].name) <= 64 && length(var.name) == 40
    error_message = "The name of an IAM role has at most 64 characters."
  }
}

run "registry_is_immutable_and_scanned" {
  command = plan

  variables {
    registry = { repositories = ["checkout"], pull_through = ["quay", "kubernetes"] }
  }

  assert {
    condition     = aws_ecr_repository.this["checkout"].name == "shop/checkout" && aws_ecr_repository.this["checkout"].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this["checkout"].image_scanning_configuration[0].scan_on_push
    error_message = "A repository must be prefixed, immutable and scanned."
  }

  assert {
    condition     = aws_ecr_repository.this["checkout"].encryption_configuration[0].encryption_type == "KMS"
    error_message = "A repository must be encrypted with the cluster's key."
  }

  assert {
    condition     = output.pull_through_prefixes == { kubernetes = "shop/kubernetes", quay = "shop/quay" } && aws_ecr_pull_through_cache_rule.this["kubernetes"].upstream_registry_url == "registry.k8s.io"
    error_message = "A cache must be under the cluster's name, of the right upstream."
  }
}

run "what_a_cache_creates_is_encrypted_and_expires" {
  command = apply

  variables {
    registry = { pull_through = ["quay"] }
  }

  assert {
    condition     = aws_ecr_repository_creation_template.cache["quay"].prefix == output.pull_through_prefixes.quay && aws_ecr_repository_creation_template.cache["quay"].applied_for == toset(["PULL_THROUGH_CACHE"]) && one(aws_ecr_repository_creation_template.cache["quay"].encryption_configuration).kms_key == aws_kms_key.this.arn
    error_message = "The repositories of a cache must be encrypted with the cluster's key."
  }

  assert {
    condition     = jsondecode(aws_ecr_repository_creation_template.cache["quay"].lifecycle_policy).rules[0].selection == { tagStatus = "any", countType = "sinceImagePushed", countUnit = "days", countNumber = 90 }
    error_message = "Cached images must expire."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.caches[0].statement : join(" ", statement.resources)] == ["arn:aws:ecr:eu-west-1:123456789012:repository/shop/quay/*", aws_kms_key.this.arn]
    error_message = "ECR must create nothing but the caches' repositories."
  }
}

run "without_a_cache_nothing_creates_repositories" {
  command = plan

  assert {
    condition     = length(aws_iam_role.caches) + length(aws_ecr_repository_creation_template.cache) == 0
    error_message = "Without a cache ECR needs no role."
  }
}

run "a_registry_with_a_login_is_cached_by_the_arn_of_its_secret" {
  command = plan

  variables {
    registry = { pull_through = ["docker-hub", "quay"], logins = { docker-hub = "ecr-pullthroughcache/docker-hub" } }
  }

  assert {
    condition     = aws_ecr_pull_through_cache_rule.this["docker-hub"].credential_arn == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1B2c3" && aws_ecr_pull_through_cache_rule.this["docker-hub"].upstream_registry_url == "registry-1.docker.io"
    error_message = "Docker Hub must be logged in to with the secret of exactly that name."
  }

  assert {
    condition     = aws_ecr_pull_through_cache_rule.this["quay"].credential_arn == null
    error_message = "Quay needs no login."
  }
}

run "a_login_whose_secret_is_not_there" {
  command = plan

  variables {
    registry = { pull_through = ["github"], logins = { github = "ecr-pullthroughcache/github" } }
  }

  expect_failures = [aws_ecr_pull_through_cache_rule.this]
}

run "long_names_fit_in_a_cache_prefix" {
  command = plan

  variables {
    name     = "internal-platform-production-europe"
    registry = { pull_through = ["kubernetes"] }
  }

  assert {
    condition     = length(output.pull_through_prefixes.kubernetes) <= 30 && startswith(output.pull_through_prefixes.kubernetes, "internal-pla")
    error_message = "ECR allows 30 characters."
  }
}

run "prefixes_of_caches_have_no_two_dashes" {
  command = plan

  variables {
    name     = "acme-stores-production-europe"
    registry = { pull_through = ["kubernetes"] }
  }

  assert {
    condition     = startswith(output.pull_through_prefixes.kubernetes, "acme-stores-") && !strcontains(output.pull_through_prefixes.kubernetes, "--")
    error_message = "ECR takes no prefix with two dashes in a row."
  }
}

run "databases_are_safe" {
  command = apply

  variables {
    databases = {
      orders = { engine = "postgres", version = "16.4", class = "db.r7g.large", storage_gib = 100, multi_zone = true, backup_days = 14 }
      stock  = { engine = "mysql", version = "8.4", class = "db.t4g.medium", storage_gib = 20, multi_zone = false, backup_days = 7 }
    }
  }

  assert {
    condition = alltrue([for database in values(aws_db_instance.this) :
      database.storage_encrypted && database.kms_key_id == aws_kms_key.this.arn && database.deletion_protection && !database.publicly_accessible &&
      !database.skip_final_snapshot && database.manage_master_user_password && database.iam_database_authentication_enabled
    ])
    error_message = "A database must be encrypted, private, protected, snapshotted at its end, and its password be kept by RDS."
  }

  assert {
    condition     = aws_db_instance.this["orders"].multi_az && !aws_db_instance.this["stock"].multi_az && aws_db_instance.this["orders"].backup_retention_period == 14 && aws_db_instance.this["orders"].max_allocated_storage == 200
    error_message = "A database must be as it was asked for."
  }

  assert {
    condition     = aws_db_parameter_group.this["orders/postgres16"].family == "postgres16" && aws_db_parameter_group.this["stock/mysql8.4"].family == "mysql8.4" && length(aws_db_parameter_group.this) == 2
    error_message = "The parameters must be of the engine's family."
  }

  assert {
    condition     = !anytrue([for database in values(aws_db_instance.this) : database.allow_major_version_upgrade || database.apply_immediately])
    error_message = "Another major version must be a step of its own, and nothing be done at once by itself."
  }

  assert {
    condition     = toset([for rule in values(aws_vpc_security_group_ingress_rule.database) : rule.cidr_ipv4]) == toset(concat(var.subnets.blue, var.subnets.green)) && length(aws_vpc_security_group_ingress_rule.database) == 12
    error_message = "A database must be reached from both colors' subnets, and from nowhere else."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database["orders/blue-0"].to_port == 5432 && aws_vpc_security_group_ingress_rule.database["stock/green-2"].to_port == 3306
    error_message = "A database must be reached on its engine's port."
  }
}

run "an_upgrade_keeps_the_old_parameters_until_it_is_done" {
  command = plan

  variables {
    databases = {
      orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100, upgrade = { version = "17" } }
      stock  = { engine = "mysql", version = "8.0", class = "db.t4g.medium", storage_gib = 20, upgrade = { version = "8.4", at = "now" } }
    }
  }

  assert {
    condition     = toset([for group in values(aws_db_parameter_group.this) : group.family]) == toset(["postgres16", "postgres17", "mysql8.0", "mysql8.4"])
    error_message = "Both groups must be there: the database leaves the old one only when it is upgraded."
  }

  assert {
    condition     = aws_db_instance.this["orders"].engine_version == "17" && aws_db_instance.this["orders"].parameter_group_name == "shop-db-orders-postgres17" && aws_db_instance.this["orders"].allow_major_version_upgrade && !aws_db_instance.this["orders"].apply_immediately
    error_message = "The upgrade must be asked for, and wait for its window."
  }

  assert {
    condition     = aws_db_instance.this["stock"].apply_immediately && aws_db_instance.this["stock"].parameter_group_name == "shop-db-stock-mysql8-4"
    error_message = "An upgrade that is asked for at once must not wait."
  }
}

run "protection_can_be_lifted" {
  command = plan

  variables {
    deletion_protection = false
    databases           = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
  }

  assert {
    condition     = !aws_db_instance.this["orders"].deletion_protection
    error_message = "deletion_protection must reach the databases."
  }
}

run "identities_get_what_they_name" {
  command = apply

  variables {
    secrets_prefix = "shop-prod"
    databases      = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
    identities = {
      checkout   = { namespace = "pay", service_account = "checkout", secrets = ["checkout/*", "shop-prod/shared", "key"], databases = ["orders"] }
      storefront = { namespace = "web", service_account = "storefront", buckets = ["shop-assets"] }
      idle       = { namespace = "idle", service_account = "idle" }
    }
  }

  assert {
    condition = one([for statement in data.aws_iam_policy_document.identity["checkout"].statement : statement.resources if statement.sid == "ReadSecrets"]) == toset([
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-prod/checkout/*",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-prod/key-??????",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-prod/shared-??????",
    ])
    error_message = "Secrets must be exactly those that are named, under the prefix."
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.identity["checkout"].statement : statement.resources if statement.sid == "LogInToDatabases"]) == toset(["arn:aws:rds-db:eu-west-1:123456789012:dbuser:${aws_db_instance.this["orders"].resource_id}/checkout"])
    error_message = "A database login must be of one database and one user."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.identity["storefront"].statement : statement.sid] == ["ListBuckets", "UseObjects"]
    error_message = "An identity must get no rights of a kind that it does not name."
  }

  assert {
    condition     = keys(aws_iam_role_policy.identity) == ["checkout", "storefront"] && length(aws_iam_role.identity) == 3
    error_message = "An identity without rights must have a role, and no empty policy."
  }

  assert {
    condition = toset([
      for condition in data.aws_iam_policy_document.identity_trust["checkout"].statement[0].condition : "${condition.test} ${condition.variable} ${join(" ", condition.values)}"
      ]) == toset([
      "StringEquals aws:RequestTag/eks-cluster-name shop-blue shop-green",
      "StringEquals aws:RequestTag/kubernetes-namespace pay",
      "StringEquals aws:RequestTag/kubernetes-service-account checkout",
      "StringEquals aws:SourceAccount 123456789012",
      "ArnEquals aws:SourceArn arn:aws:eks:eu-west-1:123456789012:cluster/shop-blue arn:aws:eks:eu-west-1:123456789012:cluster/shop-green",
    ])
    error_message = "The trust must be held to one service account, in either color."
  }

  assert {
    condition     = output.identities["idle"] == { role_arn = aws_iam_role.identity["idle"].arn, namespace = "idle", service_account = "idle" }
    error_message = "The output must carry what a color needs for its association."
  }

  assert {
    condition = alltrue(flatten([
      for document in values(data.aws_iam_policy_document.identity) : [
        for statement in document.statement : !contains(statement.resources, "*") && !contains(statement.actions, "*")
      ]
    ]))
    error_message = "No identity may have a right to everything."
  }
}

run "identities_get_the_policies_and_statements_that_they_name" {
  command = apply

  variables {
    identities = {
      queue = {
        namespace       = "shop"
        service_account = "queue"
        policies = {
          managed = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::123456789012:policy/shop"]
          statements = [
            { actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:eu-west-1:123456789012:orders"] },
            { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::shop/*"], conditions = [{ test = "StringEquals", variable = "aws:PrincipalTag/team", values = ["shop", "ops"] }] },
          ]
        }
      }
      reader = { namespace = "shop", service_account = "reader", policies = { managed = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] } }
    }
  }

  assert {
    condition = { for key, attachment in aws_iam_role_policy_attachment.identity : key => "${attachment.role} ${attachment.policy_arn}" } == {
      "queue:arn:aws:iam::123456789012:policy/shop"           = "${aws_iam_role.identity["queue"].name} arn:aws:iam::123456789012:policy/shop"
      "queue:arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"  = "${aws_iam_role.identity["queue"].name} arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
      "reader:arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" = "${aws_iam_role.identity["reader"].name} arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    }
    error_message = "Each identity must have the policies that it names, and no other's."
  }

  assert {
    condition = [for statement in data.aws_iam_policy_document.identity["queue"].statement : [statement.actions, statement.resources, [for condition in statement.condition : [condition.test, condition.variable, condition.values]]]] == [
      [toset(["sqs:SendMessage"]), toset(["arn:aws:sqs:eu-west-1:123456789012:orders"]), []],
      [toset(["s3:GetObject"]), toset(["arn:aws:s3:::shop/*"]), [["StringEquals", "aws:PrincipalTag/team", tolist(["shop", "ops"])]]],
    ]
    error_message = "The statements must be those of the identity, with their conditions."
  }

  assert {
    condition     = keys(aws_iam_role_policy.identity) == ["queue"]
    error_message = "Who names policies only must have no empty policy of its own."
  }
}

run "challenges_are_answered_and_nothing_else_is_written" {
  command = apply

  variables {
    identities = {
      cert-manager = { namespace = "cert-manager", service_account = "cert-manager", dns_challenges = true }
      checkout     = { namespace = "pay", service_account = "checkout", buckets = ["shop-assets"] }
    }
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.identity["cert-manager"].statement : statement.sid => "${join(" ", statement.actions)} on ${join(" ", statement.resources)}"
      } == {
      AnswerChallenges = "route53:ChangeResourceRecordSets on arn:aws:route53:::hostedzone/${output.zone_id}"
      SeeRecords       = "route53:ListResourceRecordSets on arn:aws:route53:::hostedzone/${output.zone_id}"
      WaitForChanges   = "route53:GetChange on arn:aws:route53:::change/*"
    }
    error_message = "Who answers challenges must reach the domain's own zone, and no other."
  }

  assert {
    condition = toset([
      for condition in one([for statement in data.aws_iam_policy_document.identity["cert-manager"].statement : statement if statement.sid == "AnswerChallenges"]).condition :
      "${condition.test} ${trimprefix(condition.variable, "route53:ChangeResourceRecordSets")} ${join(" ", condition.values)}"
      ]) == toset([
      "ForAllValues:StringEquals Actions DELETE UPSERT",
      "ForAllValues:StringEquals RecordTypes TXT",
      "ForAllValues:StringLike NormalizedRecordNames _acme-challenge.shop.example.com _acme-challenge.*.shop.example.com",
      "Null Actions false",
      "Null NormalizedRecordNames false",
      "Null RecordTypes false",
    ])
    error_message = "Only the texts of challenges may be written: not the records that lead traffic, nor names of others."
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.identity["checkout"].statement : !anytrue([for action in statement.actions : startswith(action, "route53:")])]) && aws_iam_role.identity["cert-manager"].name == "shop-${substr(sha1("eu-west-1/shop"), 0, 6)}-cert-manager" && output.identities["cert-manager"].service_account == "cert-manager"
    error_message = "Only who is told to may answer challenges."
  }
}

run "one_reader_of_all_secrets_stays_below_the_prefix" {
  command = apply

  variables {
    secrets_prefix = "shop-prod"
    identities     = { external-secrets = { namespace = "external-secrets", service_account = "external-secrets", secrets = ["*"] } }
  }

  assert {
    condition = { for statement in data.aws_iam_policy_document.identity["external-secrets"].statement : statement.sid => statement.resources } == {
      ReadSecrets    = toset(["arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-prod/*"])
      DecryptSecrets = toset([aws_kms_key.this.arn])
    }
    error_message = "External Secrets must read what is below the prefix, decrypt it with the cluster's key, and do no more."
  }

  assert {
    condition     = [for condition in one([for statement in data.aws_iam_policy_document.identity["external-secrets"].statement : statement if statement.sid == "DecryptSecrets"]).condition : "${condition.test} ${condition.variable} ${join(" ", condition.values)}"] == ["StringEquals kms:ViaService secretsmanager.eu-west-1.amazonaws.com"]
    error_message = "The key must be used by way of Secrets Manager only."
  }
}

run "every_role_is_bounded" {
  command = plan

  variables {
    flow_logs_to         = "cloudwatch"
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    identities           = { checkout = { namespace = "pay", service_account = "checkout" } }
  }

  assert {
    condition     = alltrue([for role in [aws_iam_role.identity["checkout"], aws_iam_role.flow_logs[0]] : role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "A boundary must be on every role."
  }
}

run "without_alerts_there_is_nothing_of_them" {
  command = plan

  variables {
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
  }

  assert {
    condition     = length(aws_sns_topic.alerts) + length(aws_sns_topic_policy.alerts) + length(aws_cloudwatch_metric_alarm.nat_ports) + length(aws_cloudwatch_metric_alarm.database_cpu) + length(aws_cloudwatch_metric_alarm.database_storage) == 0 && output.alerts_topic_arn == null
    error_message = "Alerts must be asked for."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.key.statement : statement.sid] == ["AccountDecidesByIAM", "LogGroupsOfThisCluster", "FlowLogsOfThisCluster", "DisksOfThisAccount", "GrantsForDisksOfThisAccount"]
    error_message = "Without alerts, CloudWatch's alarms must not use the key."
  }
}

run "alarms_reach_an_encrypted_topic" {
  command = apply

  variables {
    alerts    = true
    databases = { orders = { engine = "postgres", version = "16", class = "db.r7g.large", storage_gib = 100 } }
  }

  assert {
    condition     = aws_sns_topic.alerts[0].name == "shop-alerts" && aws_sns_topic.alerts[0].kms_master_key_id == aws_kms_key.this.arn && output.alerts_topic_arn == aws_sns_topic.alerts[0].arn
    error_message = "The topic must be encrypted with the cluster's key."
  }

  assert {
    condition = [for statement in data.aws_iam_policy_document.key.statement : {
      who = one([for principal in statement.principals : principal.identifiers]), topic = one([for condition in statement.condition : condition.values])
    } if statement.sid == "AlarmsOfThisCluster"] == [{ who = toset(["cloudwatch.amazonaws.com"]), topic = tolist(["arn:aws:sns:eu-west-1:123456789012:shop-alerts"]) }]
    error_message = "CloudWatch must use the key for this topic, and for nothing else."
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.alerts[0].statement : statement.actions]) == toset(["sns:Publish"]) && length(data.aws_iam_policy_document.alerts[0].statement[0].condition) == 1
    error_message = "Only this account's alarms may publish."
  }

  assert {
    condition     = { for index, alarm in aws_cloudwatch_metric_alarm.nat_ports : index => alarm.dimensions.NatGatewayId } == { for index, gateway in aws_nat_gateway.this : index => gateway.id }
    error_message = "Every NAT gateway must have its alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.database_storage["orders"].threshold == 10737418240 && aws_cloudwatch_metric_alarm.database_cpu["orders"].dimensions.DBInstanceIdentifier == "shop-orders"
    error_message = "A database must have alarms of its storage and of its processors."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.nat_ports), values(aws_cloudwatch_metric_alarm.database_storage), values(aws_cloudwatch_metric_alarm.database_cpu)) :
      alarm.alarm_actions == toset([aws_sns_topic.alerts[0].arn]) && alarm.ok_actions == toset([aws_sns_topic.alerts[0].arn])
    ])
    error_message = "Every alarm, and its end, must go to the topic."
  }
}
