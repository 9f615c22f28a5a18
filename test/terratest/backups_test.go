package terratest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terraform"
)

type backupRule struct {
	Vault     string `json:"TargetBackupVaultName"`
	Schedule  string `json:"ScheduleExpression"`
	Lifecycle struct {
		Days int `json:"DeleteAfterDays"`
	}
}

// checkBackups: where the spec has backups, there is a locked vault, encrypted with the foundation's key, a plan that
// fills it when the spec says, a selection of what is tagged for it, and somebody who is told of failures. Elsewhere there
// is none.
func checkBackups(t *testing.T, e *example, foundation *terraform.Options) {
	t.Helper()
	var vaults struct {
		List []struct {
			Name   string `json:"BackupVaultName"`
			Key    string `json:"EncryptionKeyArn"`
			Locked bool
			Least  int `json:"MinRetentionDays"`
		} `json:"BackupVaultList"`
	}
	e.account.restOf(t, "backup", "ListBackupVaults", http.MethodGet, "/backup-vaults/", &vaults)
	backups := e.spec.Spec.Services.Backups
	if backups == nil {
		if len(vaults.List) > 0 {
			t.Errorf("the spec has no backups, and there is %+v", vaults.List)
		}
		return
	}
	days := int(backups.Keep.Std().Hours()) / 24
	if len(vaults.List) != 1 {
		t.Fatalf("there are the vaults %+v, want one", vaults.List)
	}
	if v := vaults.List[0]; v.Name != e.name || v.Key != terraform.Output(t, foundation, "kms_key_arn") || !v.Locked || v.Least != days {
		t.Errorf("the vault is %+v, want it encrypted with the foundation's key, and locked for %d days", v, days)
	}
	var told struct {
		Topic  string   `json:"SNSTopicArn"`
		Events []string `json:"BackupVaultEvents"`
	}
	e.account.restOf(t, "backup", "GetBackupVaultNotifications", http.MethodGet, "/backup-vaults/"+e.name+"/notification-configuration", &told)
	if told.Topic != terraform.Output(t, foundation, "alerts_topic_arn") || !slices.Contains(told.Events, "BACKUP_JOB_FAILED") {
		t.Errorf("told is %+v, want the topic of failures", told)
	}
	hour, minute, _ := strings.Cut(backups.At, ":")
	checkPlan(t, e, "cron("+strings.TrimPrefix(minute, "0")+" "+strings.TrimPrefix(hour, "0")+" * * ? *)", days)
}

func checkPlan(t *testing.T, e *example, schedule string, days int) {
	t.Helper()
	var plans struct {
		List []struct {
			ID string `json:"BackupPlanId"`
		} `json:"BackupPlansList"`
	}
	e.account.restOf(t, "backup", "ListBackupPlans", http.MethodGet, "/backup/plans/", &plans)
	if len(plans.List) != 1 {
		t.Fatalf("there are the plans %+v, want one", plans.List)
	}
	path := "/backup/plans/" + plans.List[0].ID + "/"
	var plan struct{ BackupPlan struct{ Rules []backupRule } }
	e.account.restOf(t, "backup", "GetBackupPlan", http.MethodGet, path, &plan)
	if r := plan.BackupPlan.Rules; len(r) != 1 || r[0].Vault != e.name || r[0].Schedule != schedule || r[0].Lifecycle.Days != days {
		t.Errorf("the plan's rules are %+v, want one that fills %s at %s for %d days", r, e.name, schedule, days)
	}
	var selections struct {
		List []struct {
			ID string `json:"SelectionId"`
		} `json:"BackupSelectionsList"`
	}
	e.account.restOf(t, "backup", "ListBackupSelections", http.MethodGet, path+"selections/", &selections)
	if len(selections.List) != 1 {
		t.Fatalf("there are the selections %+v, want one", selections.List)
	}
	var selection struct {
		BackupSelection struct {
			Conditions struct {
				StringEquals []struct{ ConditionKey, ConditionValue string }
			}
		}
	}
	e.account.restOf(t, "backup", "GetBackupSelection", http.MethodGet, path+"selections/"+selections.List[0].ID, &selection)
	equals := selection.BackupSelection.Conditions.StringEquals
	if len(equals) != 1 || equals[0].ConditionKey != "aws:ResourceTag/drover:backup" || equals[0].ConditionValue != e.name {
		t.Errorf("selected is what fits %+v, want the tag of %s", equals, e.name)
	}
	checkTaggedForBackups(t, e)
}

// checkTaggedForBackups: every database of the spec carries the tag that the selection asks for.
func checkTaggedForBackups(t *testing.T, e *example) {
	t.Helper()
	var found struct {
		List []struct {
			ARN string `json:"ResourceARN"`
		} `json:"ResourceTagMappingList"`
	}
	in := map[string]any{"ResourceTypeFilters": []string{"rds:db"}, "TagFilters": []any{map[string]any{"Key": "drover:backup", "Values": []string{e.name}}}}
	e.account.json(t, "tagging", "ResourceGroupsTaggingAPI_20170126", "GetResources", in, &found)
	if want := len(e.spec.Spec.Services.Databases); want == 0 || len(found.List) != want {
		t.Errorf("tagged for backups are %+v, want %d databases", found.List, want)
	}
}
