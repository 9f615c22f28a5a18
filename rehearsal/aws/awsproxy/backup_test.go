package awsproxy_test

import (
	"strings"
	"testing"
)

func TestBackupsFromTheVaultToItsDeletion(t *testing.T) {
	t.Parallel()
	const service = "backup"
	key := text(t, sdk.ok(t, "kms", "CreateKey", nil), "KeyMetadata", "Arn")
	vault := params{"BackupVaultName": "shop", "EncryptionKeyArn": key, "BackupVaultTags": params{"vault": "shop"}}
	sdk.refused(t, service, "CreateBackupVault", params{"BackupVaultName": "shop", "EncryptionKeyArn": key + "0"}, "InvalidParameterValueException", "cannot be used")
	arn := text(t, sdk.ok(t, service, "CreateBackupVault", vault), "BackupVaultArn")
	sdk.refused(t, service, "CreateBackupVault", vault, "AlreadyExistsException", "same name")
	sdk.ok(t, service, "PutBackupVaultLockConfiguration", params{"BackupVaultName": "shop", "MinRetentionDays": 35})
	described := sdk.ok(t, service, "DescribeBackupVault", params{"BackupVaultName": "shop"})
	if at(t, described, "Locked") != true || at(t, described, "MinRetentionDays") != 35.0 || text(t, described, "EncryptionKeyArn") != key {
		t.Errorf("the vault is %v", described)
	}
	topic := text(t, sdk.ok(t, "sns", "CreateTopic", params{"Name": "backups"}), "TopicArn")
	notify := params{"BackupVaultName": "shop", "SNSTopicArn": topic, "BackupVaultEvents": []any{"BACKUP_JOB_FAILED"}}
	sdk.ok(t, service, "PutBackupVaultNotifications", notify)
	if got := text(t, sdk.ok(t, service, "GetBackupVaultNotifications", params{"BackupVaultName": "shop"}), "SNSTopicArn"); got != topic {
		t.Errorf("told is %s", got)
	}
	notify["SNSTopicArn"] = topic + "-none"
	sdk.refused(t, service, "PutBackupVaultNotifications", notify, "InvalidParameterValueException", "backups-none")
	id := planned(t, "shop")
	tags := sdk.ok(t, service, "ListTags", params{"ResourceArn": arn})
	if got := text(t, tags, "Tags", "vault"); got != "shop" {
		t.Errorf("the vault's tags are %v", tags)
	}
	sdk.ok(t, service, "TagResource", params{"ResourceArn": arn, "Tags": params{"more": "yes"}})
	sdk.ok(t, service, "UntagResource", params{"ResourceArn": arn, "TagKeyList": []any{"vault"}})
	found := sdk.ok(t, "resourcegroupstaggingapi", "GetResources", params{"TagFilters": []any{params{"Key": "more"}}})
	if got := text(t, found, "ResourceTagMappingList", 0, "ResourceARN"); got != arn {
		t.Errorf("by its tag there is %s", got)
	}
	sdk.refused(t, service, "StartBackupJob", params{"BackupVaultName": "shop", "ResourceArn": arn, "IamRoleArn": arn}, "UnsupportedOperation", "backup:StartBackupJob")
	sdk.ok(t, service, "DeleteBackupPlan", params{"BackupPlanId": id})
	sdk.refused(t, service, "GetBackupPlan", params{"BackupPlanId": id}, "ResourceNotFoundException", id)
	sdk.ok(t, service, "DeleteBackupVaultNotifications", params{"BackupVaultName": "shop"})
	sdk.refused(t, service, "GetBackupVaultNotifications", params{"BackupVaultName": "shop"}, "ResourceNotFoundException", "shop")
	sdk.ok(t, service, "DeleteBackupVaultLockConfiguration", params{"BackupVaultName": "shop"})
	sdk.ok(t, service, "DeleteBackupVault", params{"BackupVaultName": "shop"})
	sdk.refused(t, service, "DescribeBackupVault", params{"BackupVaultName": "shop"}, "ResourceNotFoundException", "shop")
}

// planned makes a plan for a vault, changes it, and selects and unselects something; it says the plan's id.
func planned(t *testing.T, vault string) string {
	t.Helper()
	const service = "backup"
	plan := func(rule params) params {
		rule["RuleName"] = "daily"
		return params{"BackupPlanName": vault, "Rules": []any{rule}}
	}
	rule := func() params {
		return params{"TargetBackupVaultName": vault, "ScheduleExpression": "cron(30 1 * * ? *)", "StartWindowMinutes": 60, "CompletionWindowMinutes": 480}
	}
	for _, c := range []struct {
		key  string
		to   any
		part string
	}{
		{"TargetBackupVaultName", "none", "there is no none"}, {"ScheduleExpression", "daily", "not a cron expression"},
		{"StartWindowMinutes", 30, "within 60 minutes"}, {"Lifecycle", params{"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 35}, "less than 90"},
	} {
		wrong := rule()
		wrong[c.key] = c.to
		sdk.refused(t, service, "CreateBackupPlan", params{"BackupPlan": plan(wrong)}, "InvalidParameterValueException", c.part)
	}
	id := text(t, sdk.ok(t, service, "CreateBackupPlan", params{"BackupPlan": plan(rule())}), "BackupPlanId")
	sdk.refused(t, service, "CreateBackupPlan", params{"BackupPlan": plan(rule())}, "AlreadyExistsException", "same plan document")
	kept := rule()
	kept["Lifecycle"] = params{"DeleteAfterDays": 35}
	sdk.ok(t, service, "UpdateBackupPlan", params{"BackupPlanId": id, "BackupPlan": plan(kept)})
	got := sdk.ok(t, service, "GetBackupPlan", params{"BackupPlanId": id})
	if at(t, got, "BackupPlan", "Rules", 0, "Lifecycle", "DeleteAfterDays") != 35.0 || text(t, got, "BackupPlan", "Rules", 0, "ScheduleExpressionTimezone") != "Etc/UTC" {
		t.Errorf("the plan is %v", got)
	}
	selection := params{"SelectionName": vault, "Resources": []any{"arn:aws:rds:*:*:db:*"}, "IamRoleArn": roleFor(t, vault+"-not", "ec2.amazonaws.com")}
	in := params{"BackupPlanId": id, "BackupSelection": selection}
	sdk.refused(t, service, "CreateBackupSelection", in, "InvalidParameterValueException", "cannot be assumed by AWS Backup")
	selection["IamRoleArn"] = roleFor(t, vault, "backup.amazonaws.com")
	selected := text(t, sdk.ok(t, service, "CreateBackupSelection", in), "SelectionId")
	one := params{"BackupPlanId": id, "SelectionId": selected}
	if arn := text(t, sdk.ok(t, service, "GetBackupSelection", one), "BackupSelection", "Resources", 0); !strings.HasSuffix(arn, ":db:*") {
		t.Errorf("selected is %s", arn)
	}
	sdk.refused(t, service, "DeleteBackupPlan", params{"BackupPlanId": id}, "InvalidRequestException", "must be deleted prior")
	sdk.ok(t, service, "DeleteBackupSelection", one)
	sdk.refused(t, service, "GetBackupSelection", one, "ResourceNotFoundException", selected)
	return id
}

func TestALockOfAVaultKeepsItsRules(t *testing.T) {
	t.Parallel()
	sdk.ok(t, "backup", "CreateBackupVault", params{"BackupVaultName": "locked"})
	for _, c := range []struct {
		lock params
		part string
	}{
		{params{"MinRetentionDays": 0}, "1 at least"}, {params{"MaxRetentionDays": 40000}, "36500 at most"},
		{params{"MinRetentionDays": 35, "MaxRetentionDays": 7}, "is more than"}, {params{"MinRetentionDays": 7, "ChangeableForDays": 2}, "3 at least"},
	} {
		c.lock["BackupVaultName"] = "locked"
		sdk.refused(t, "backup", "PutBackupVaultLockConfiguration", c.lock, "InvalidParameterValueException", c.part)
	}
	sdk.refused(t, "backup", "PutBackupVaultLockConfiguration", params{"BackupVaultName": "none", "MinRetentionDays": 7}, "ResourceNotFoundException", "none")
}
