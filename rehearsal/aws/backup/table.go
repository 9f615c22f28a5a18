// Package backup simulates AWS Backup, of which moto has a part: vaults with their locks and notifications, plans and
// selections. It takes no backup, so that no vault ever holds one. It must never take a call that it does not simulate.
package backup

import (
	"drover/rehearsal/aws/awsapi"
	"drover/rehearsal/resource"
)

type (
	document = resource.Document
	refusal  = resource.Refusal
)

const (
	vaults     = "backup vault"
	plans      = "backup plan"
	selections = "backup selection"
)

// The codes of AWS Backup's refusals.
const (
	invalid = "InvalidParameterValueException"
	missing = "ResourceNotFoundException"
	exists  = "AlreadyExistsException"
	notNow  = "InvalidRequestException"
)

// Table is AWS Backup of one account. What it refers to it looks up in moto.
func Table(account string, moto func(region string) *awsapi.Client) resource.Table {
	s := service{account: account, moto: moto}
	noResource := refusal{Code: missing, Message: "There is no resource {ResourceArn}"}
	return resource.Table{Account: account, Kinds: []resource.Kind{s.vaults(), s.plans(), s.selections()},
		Operations: map[string]resource.Operation{
			"CreateBackupVault":   {Do: resource.Create, Kind: vaults},
			"DescribeBackupVault": {Do: resource.Describe, Kind: vaults},
			"ListBackupVaults":    {Do: resource.List, Kind: vaults, Answer: "BackupVaultList"},
			"DeleteBackupVault":   {Do: resource.Delete, Kind: vaults, Run: s.deleteVault},

			"PutBackupVaultLockConfiguration":    {Kind: vaults, Run: s.lock},
			"DeleteBackupVaultLockConfiguration": {Kind: vaults, Run: s.unlock},
			"PutBackupVaultNotifications":        {Kind: vaults, Run: s.notify},
			"GetBackupVaultNotifications":        {Kind: vaults, Run: s.notifications},
			"DeleteBackupVaultNotifications":     {Kind: vaults, Run: s.notifyNobody},
			"ListRecoveryPointsByBackupVault":    {Kind: vaults, Run: s.noRecoveryPoints},

			"CreateBackupPlan": {Do: resource.Create, Kind: plans},
			"UpdateBackupPlan": {Do: resource.Update, Kind: plans},
			"GetBackupPlan":    {Do: resource.Describe, Kind: plans},
			"ListBackupPlans":  {Do: resource.List, Kind: plans, Answer: "BackupPlansList"},
			"DeleteBackupPlan": {Do: resource.Delete, Kind: plans, Overrides: document{"DeletionDate": "{now}"}},

			"CreateBackupSelection": {Do: resource.Create, Kind: selections},
			"GetBackupSelection":    {Do: resource.Describe, Kind: selections},
			"ListBackupSelections": {Do: resource.List, Kind: selections, Within: plans, Answer: "BackupSelectionsList",
				Match: map[string]string{"BackupPlanId": "BackupPlanId"}},
			"DeleteBackupSelection": {Do: resource.Delete, Kind: selections},

			"TagResource":   {Do: resource.Tag, Target: "ResourceArn", Tags: "Tags", Missing: noResource},
			"UntagResource": {Do: resource.Untag, Target: "ResourceArn", Tags: "TagKeyList", Missing: noResource},
			"ListTags":      {Do: resource.Tags, Target: "ResourceArn", Missing: noResource},
		}}
}

type service struct {
	account string
	moto    func(region string) *awsapi.Client
}

func (s service) vaults() resource.Kind {
	return resource.Kind{Name: vaults, ARN: "BackupVaultArn", Tags: "BackupVaultTags", NamedBy: resource.Named("BackupVaultName"),
		Defaults: document{"VaultType": "BACKUP_VAULT", "VaultState": "AVAILABLE", "NumberOfRecoveryPoints": 0.0},
		OnCreate: []resource.Member{{Name: "BackupVaultArn", Value: "arn:aws:backup:{scope}:{account}:backup-vault:{BackupVaultName}"}, {Name: "CreationDate", Value: "{now}"}},
		Missing:  refusal{Code: missing, Message: "There is no backup vault {BackupVaultName}"},
		Unique: []resource.Unique{{Members: []string{"BackupVaultName"},
			Refusal: refusal{Code: exists, Message: "Backup vault with the same name already exists"}}},
		Check: s.checkVault,
		View:  func(_ *resource.Call, v *resource.Item, d document) { d["Locked"] = v.Own != nil }}
}

func (s service) plans() resource.Kind {
	return resource.Kind{Name: plans, ARN: "BackupPlanArn", Tags: "BackupPlanTags", NamedBy: resource.Named("BackupPlanId"),
		OnCreate: []resource.Member{{Name: "BackupPlanId", Value: "{uuid}"}, {Name: "CreationDate", Value: "{now}"},
			{Name: "BackupPlanArn", Value: "arn:aws:backup:{scope}:{account}:backup-plan:{BackupPlanId}"}},
		OnChange: []resource.Member{{Name: "VersionId", Value: "{uuid}"}, {Name: "BackupPlanName", Value: "{BackupPlan.BackupPlanName}"}},
		Missing:  refusal{Code: missing, Message: "There is no backup plan {BackupPlanId}"},
		Unique: []resource.Unique{{Members: []string{"BackupPlan"},
			Refusal: refusal{Code: exists, Message: "Backup plan with the same plan document already exists"}}},
		References: []resource.Reference{{From: "BackupPlan.Rules.TargetBackupVaultName", To: vaults, Member: "BackupVaultName",
			Missing: refusal{Code: invalid, Message: "A rule of {BackupPlan.BackupPlanName} has no vault: there is no {value}"}}},
		Check: checkPlan, View: completePlan}
}

func (s service) selections() resource.Kind {
	return resource.Kind{Name: selections, NamedBy: resource.Named("BackupPlanId", "SelectionId"),
		OnCreate: []resource.Member{{Name: "SelectionId", Value: "{uuid}"}, {Name: "CreationDate", Value: "{now}"},
			{Name: "SelectionName", Value: "{BackupSelection.SelectionName}"}, {Name: "IamRoleArn", Value: "{BackupSelection.IamRoleArn}"}},
		Missing: refusal{Code: missing, Message: "There is no selection {SelectionId} of backup plan {BackupPlanId}"},
		Unique: []resource.Unique{{Members: []string{"BackupPlanId", "SelectionName"},
			Refusal: refusal{Code: exists, Message: "A selection of the name {SelectionName} exists already"}}},
		References: []resource.Reference{{From: "BackupPlanId", To: plans, Member: "BackupPlanId",
			Missing: refusal{Code: invalid, Message: "Cannot find Backup plan with ID {BackupPlanId}"},
			InUse:   refusal{Code: notNow, Message: "Related backup plan selections must be deleted prior to backup plan deletion"}}},
		Check: s.checkSelection}
}
