package backup

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"drover/rehearsal/resource"
)

// checkVault wants a key that can be used. AWS has one of its own.
func (s service) checkVault(c *resource.Call, _ *resource.Item, next document) error {
	key := next.Text("EncryptionKeyArn")
	if key == "" {
		next["EncryptionKeyArn"] = "arn:aws:kms:" + c.Scope + ":" + s.account + ":key/aws-backup"
		return nil
	}
	var out struct {
		Metadata struct {
			State string `json:"KeyState"`
		} `json:"KeyMetadata"`
	}
	err := s.moto(c.Scope).JSON(c.Ctx, "kms", "TrentService", "DescribeKey", map[string]string{"KeyId": key}, &out)
	if err != nil || out.Metadata.State != "Enabled" {
		return resource.Refuse(invalid, "The key %s cannot be used: it does not exist, or is not enabled", key)
	}
	return nil
}

// The windows of a rule, in minutes: the shortest, and AWS's defaults.
const (
	shortestWindow    = 60
	startWindow       = 8 * 60
	completionWindow  = 7 * 24 * 60
	shortestColdStore = 90 // days between the move to cold storage and the deletion
)

// completed is a rule with AWS's defaults.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
func completed(asked document) document {
	rule := document{"ScheduleExpression": "cron(0 5 ? * * *)", "ScheduleExpressionTimezone": "Etc/UTC",
		"StartWindowMinutes": float64(startWindow), "CompletionWindowMinutes": float64(completionWindow), "EnableContinuousBackup": false}
	maps.Copy(rule, asked)
	return rule
}

// completePlan describes a plan by its rules with the defaults. What is kept is what was asked for: no two plans may
// ask for the same.
func completePlan(_ *resource.Call, plan *resource.Item, d document) {
	content, rules := d.Sub("BackupPlan"), []document{}
	for i, asked := range content.List("Rules") {
		rule := completed(asked)
		rule["RuleId"] = fmt.Sprintf("%s-%d", plan.Fields.Text("VersionId"), i+1)
		rules = append(rules, rule)
	}
	content["Rules"] = rules
}

func checkPlan(_ *resource.Call, _ *resource.Item, next document) error {
	rules := next.Sub("BackupPlan").List("Rules")
	if len(rules) == 0 {
		return resource.Refuse(invalid, "A plan needs a rule")
	}
	for _, asked := range rules {
		rule := completed(asked)
		name, kept := rule.Text("RuleName"), rule.Sub("Lifecycle")
		start, end := rule.Number("StartWindowMinutes"), rule.Number("CompletionWindowMinutes")
		cold, deleted := kept.Number("MoveToColdStorageAfterDays"), kept.Number("DeleteAfterDays")
		switch {
		case !strings.HasPrefix(rule.Text("ScheduleExpression"), "cron("):
			return resource.Refuse(invalid, "The schedule of %s is not a cron expression: %s", name, rule.Text("ScheduleExpression"))
		case start < shortestWindow || end < start+shortestWindow:
			return resource.Refuse(invalid, "The rule %s has to start within %d minutes at least, and to end %d later at least, not within %d and %d", name, shortestWindow, shortestWindow, start, end)
		case cold > 0 && deleted > 0 && deleted < cold+shortestColdStore:
			return resource.Refuse(invalid, "The rule %s deletes after %d days, less than %d after the move to cold storage", name, deleted, shortestColdStore)
		}
	}
	return nil
}

func (s service) checkSelection(c *resource.Call, _ *resource.Item, next document) error {
	role := next.Text("IamRoleArn")
	trusted, err := s.moto(c.Scope).Trusts(c.Ctx, role, "backup.amazonaws.com")
	if err != nil {
		return fmt.Errorf("look up the role of the selection: %w", err)
	}
	if !trusted {
		return resource.Refuse(invalid, "IAM Role %s cannot be assumed by AWS Backup", role)
	}
	return nil
}

// lock is how a vault is locked: it is its item's own.
type lock struct{ forGood time.Time } // when nobody can take it off any more; zero is never

const (
	longestKept   = 36500 // days
	shortestGrace = 3     // days in which a lock for good can still be taken off
)

// unlocked refuses a vault whose lock nobody can take off any more.
func unlocked(c *resource.Call, vault *resource.Item) error {
	if l, _ := vault.Own.(*lock); l != nil && !l.forGood.IsZero() && !c.Now().Before(l.forGood) {
		return resource.Refuse(notNow, "Backup vault %s is locked for good: it can neither be changed nor deleted", vault.Fields.Text("BackupVaultName"))
	}
	return nil
}

func (s service) deleteVault(c *resource.Call, vault *resource.Item) (document, error) {
	if err := unlocked(c, vault); err != nil {
		return nil, err
	}
	return nil, c.Delete(vault)
}

func (s service) lock(c *resource.Call, vault *resource.Item) (document, error) {
	if err := unlocked(c, vault); err != nil {
		return nil, err
	}
	least, most, changeable := c.In.Number("MinRetentionDays"), c.In.Number("MaxRetentionDays"), c.In.Number("ChangeableForDays")
	switch {
	case c.In["MinRetentionDays"] != nil && least < 1:
		return nil, resource.Refuse(invalid, "MinRetentionDays is 1 at least, not %d", least)
	case most > longestKept:
		return nil, resource.Refuse(invalid, "MaxRetentionDays is %d at most, not %d", longestKept, most)
	case most > 0 && least > most:
		return nil, resource.Refuse(invalid, "MinRetentionDays, %d, is more than MaxRetentionDays, %d", least, most)
	case c.In["ChangeableForDays"] != nil && changeable < shortestGrace:
		return nil, resource.Refuse(invalid, "ChangeableForDays is %d at least, not %d", shortestGrace, changeable)
	}
	l := &lock{}
	vault.Own = l
	vault.Fields["MinRetentionDays"], vault.Fields["MaxRetentionDays"], vault.Fields["LockDate"] = c.In["MinRetentionDays"], c.In["MaxRetentionDays"], nil
	if changeable > 0 {
		l.forGood = c.Now().AddDate(0, 0, changeable)
		vault.Fields["LockDate"] = l.forGood
	}
	return nil, nil
}

func (s service) unlock(c *resource.Call, vault *resource.Item) (document, error) {
	if err := unlocked(c, vault); err != nil {
		return nil, err
	}
	vault.Own = nil
	for _, member := range []string{"MinRetentionDays", "MaxRetentionDays", "LockDate"} {
		delete(vault.Fields, member)
	}
	return nil, nil
}

func (s service) notify(c *resource.Call, vault *resource.Item) (document, error) {
	topic := c.In.Text("SNSTopicArn")
	there, err := s.moto(c.Scope).HasTopic(c.Ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("look up the topic that %s tells: %w", vault.Fields.Text("BackupVaultName"), err)
	}
	if !there {
		return nil, resource.Refuse(invalid, "The topic %s does not exist, or AWS Backup may not publish to it", topic)
	}
	vault.Fields["SNSTopicArn"], vault.Fields["BackupVaultEvents"] = topic, c.In["BackupVaultEvents"]
	return nil, nil
}

func (s service) notifications(c *resource.Call, vault *resource.Item) (document, error) {
	if vault.Fields["SNSTopicArn"] == nil {
		return nil, resource.Refuse(missing, "There is no notification of backup vault %s", vault.Fields.Text("BackupVaultName"))
	}
	return c.View(vault), nil
}

func (s service) notifyNobody(_ *resource.Call, vault *resource.Item) (document, error) {
	delete(vault.Fields, "SNSTopicArn")
	return nil, nil
}

// noRecoveryPoints is true of every vault: no backup is taken.
func (s service) noRecoveryPoints(*resource.Call, *resource.Item) (document, error) {
	return document{"RecoveryPoints": []document{}}, nil
}
