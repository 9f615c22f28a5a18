package rights

// logs are the rights to the log groups of foundation, control planes and databases.
var logs = []statement{
	{sid: "Logs", resources: []string{
		own("logs", "log-group:/drover/{cluster}/*"), own("logs", "log-group:/aws/eks/{cluster}-blue/*"), own("logs", "log-group:/aws/eks/{cluster}-green/*"),
		own("logs", "log-group:/aws/rds/instance/{cluster}-*"),
	}, actions: []string{
		"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:DisassociateKmsKey",
		"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
	}},
	// Flow logs and the firewall's are handed over by CloudWatch's deliveries, whose actions know no resource.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
	{sid: "Deliveries", only: delivers, actions: []string{"logs:CreateLogDelivery", "logs:DeleteLogDelivery"}},
	{sid: "LogsOfFirewall", only: hasFirewall, actions: []string{
		"logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries",
		"logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	}},
}

// services are the rights to what the foundation offers beside the network.
var services = []statement{
	{sid: "Registry", only: hasRegistry, resources: []string{own("ecr", "repository/{cluster}/*")}, actions: []string{
		"ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability",
		"ecr:PutLifecyclePolicy", "ecr:TagResource", "ecr:UntagResource",
	}},
	{sid: "Caches", only: hasRegistry, actions: []string{ // which ECR knows no resource for
		"ecr:CreatePullThroughCacheRule", "ecr:CreateRepositoryCreationTemplate", "ecr:DeletePullThroughCacheRule", "ecr:DeleteRepositoryCreationTemplate",
		"ecr:UpdatePullThroughCacheRule", "ecr:UpdateRepositoryCreationTemplate",
	}},
	{sid: "Databases", only: hasDatabases, resources: []string{
		own("rds", "db:{cluster}-*"), own("rds", "pg:{cluster}-*"), own("rds", "subgrp:{cluster}"), own("rds", "og:default:*"), own("rds", "snapshot:{cluster}-*"),
	}, actions: []string{
		"rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBParameterGroup", "rds:CreateDBSnapshot", "rds:CreateDBSubnetGroup", "rds:DeleteDBInstance",
		"rds:DeleteDBParameterGroup", "rds:DeleteDBSubnetGroup", "rds:ModifyDBInstance", "rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup",
		"rds:RebootDBInstance", "rds:RemoveTagsFromResource",
	}},
	// RDS makes the administrator's password for who makes the database.
	// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
	{sid: "PasswordsOfDatabases", only: hasDatabases, actions: []string{"secretsmanager:CreateSecret", "secretsmanager:TagResource"}, resources: []string{own("secretsmanager", "secret:rds!db-*")}},
	{sid: "Vault", only: hasBackups, resources: []string{own("backup", "backup-vault:{cluster}")}, actions: []string{
		"backup:CreateBackupVault", "backup:DeleteBackupVault", "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteBackupVaultNotifications",
		"backup:PutBackupVaultLockConfiguration", "backup:PutBackupVaultNotifications", "backup:TagResource", "backup:UntagResource",
	}},
	{sid: "VaultStorage", only: hasBackups, actions: []string{"backup-storage:MountCapsule"}}, // asked of who makes a vault; it knows no resource
	{sid: "MakePlan", only: hasBackups, when: tagsIt, actions: []string{"backup:CreateBackupPlan", "backup:TagResource"}, resources: []string{own("backup", "backup-plan:*")}},
	{sid: "Plan", only: hasBackups, when: tagged, resources: []string{own("backup", "backup-plan:*")}, actions: []string{
		"backup:CreateBackupSelection", "backup:DeleteBackupPlan", "backup:DeleteBackupSelection", "backup:UntagResource", "backup:UpdateBackupPlan",
	}},
	{sid: "Runner", only: hasRunner, resources: runners, actions: []string{
		"codebuild:CreateProject", "codebuild:CreateWebhook", "codebuild:DeleteProject", "codebuild:DeleteWebhook", "codebuild:UpdateProject", "codebuild:UpdateWebhook",
	}},
	// https://docs.aws.amazon.com/dtconsole/latest/userguide/security_iam_id-based-policy-examples-connections.html
	{sid: "ConnectionOfRunner", only: connectedBy("codeconnections"), actions: []string{"codeconnections:PassConnection"}, also: connection},
	// Connections that were made before 2024 have the service's old name.
	{sid: "OldConnectionOfRunner", only: connectedBy("codestar-connections"), actions: []string{"codestar-connections:PassConnection"}, also: connection},
	{sid: "Topic", only: hasAlerts, resources: []string{own("sns", "{cluster}-alerts")}, actions: []string{
		"sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource",
	}},
	{sid: "CredentialsOfGit", only: readsGitSecret, actions: []string{"secretsmanager:GetSecretValue"}, also: gitSecret},
	// CloudFormation makes connections and channels as who asks it to, and reads the key from the vault for them.
	{sid: "Stacks", only: hasStacks, resources: []string{own("cloudformation", "stack/{cluster}-alerts-*")}, actions: []string{
		"cloudformation:CreateStack", "cloudformation:DeleteStack", "cloudformation:TagResource", "cloudformation:UntagResource", "cloudformation:UpdateStack",
	}},
	{sid: "Receivers", only: hasKeyedReceivers, resources: []string{
		own("events", "connection/*"), own("events", "api-destination/{cluster}-alerts-*"),
	}, actions: []string{
		"events:CreateApiDestination", "events:CreateConnection", "events:DeleteApiDestination", "events:DeleteConnection", "events:DescribeConnection",
		"events:UpdateApiDestination", "events:UpdateConnection",
	}},
	{sid: "KeysOfReceivers", only: hasKeyedReceivers, actions: []string{"secretsmanager:GetSecretValue"}, resources: []string{own("secretsmanager", "secret:{cluster}/*")}},
	{sid: "Slack", only: hasSlack, actions: []string{ // ids are the chat client's own
		"chatbot:CreateSlackChannelConfiguration", "chatbot:DeleteSlackChannelConfiguration", "chatbot:DescribeSlackChannelConfigurations", "chatbot:TagResource", "chatbot:UntagResource",
		"chatbot:UpdateSlackChannelConfiguration",
	}},
}

// traffic are the rights to DNS. Records are those of the cluster's domain alone, whatever the zone holds beside them.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
var traffic = []statement{
	{sid: "Records", actions: []string{"route53:ChangeResourceRecordSets"}, resources: []string{"arn:{partition}:route53:::hostedzone/*"},
		when: condition{"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": {"{domain}", "*.{domain}"}}}},
	{sid: "MakeZone", only: makesZone, actions: []string{"route53:CreateHostedZone"}},
	// Route 53 knows neither tags nor names in its conditions for these.
	{sid: "Zone", only: makesZone, resources: []string{"arn:{partition}:route53:::hostedzone/*"}, actions: []string{
		"route53:ChangeTagsForResource", "route53:DeleteHostedZone", "route53:UpdateHostedZoneComment",
	}},
	{sid: "PrivateZone", only: isInternal, resources: []string{"arn:{partition}:route53:::hostedzone/*"}, actions: []string{
		"route53:AssociateVPCWithHostedZone", "route53:DisassociateVPCFromHostedZone",
	}},
	{sid: "MakeHealthChecks", only: checksHealth, actions: []string{"route53:CreateHealthCheck"}},
	{sid: "HealthChecks", only: checksHealth, resources: []string{"arn:{partition}:route53:::healthcheck/*"}, actions: []string{
		"route53:ChangeTagsForResource", "route53:DeleteHealthCheck", "route53:UpdateHealthCheck",
	}},
}
