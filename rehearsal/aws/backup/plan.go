package backup

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"drover/rehearsal/aws/answer"
)

type plan struct {
	region, id, arn string
	version         string
	created         float64
	content         document // as it was asked for
	rules           []document
	tags            map[string]string
	selections      map[string]document // by id
}

func (s *Service) createPlan(c *call) (document, error) {
	content := c.In.Sub("BackupPlan")
	rules, err := s.rulesOf(c, content)
	if err != nil {
		return nil, err
	}
	for _, other := range s.plans {
		if other.region == c.Region && reflect.DeepEqual(other.content, content) {
			return nil, exists("Backup plan with the same plan document already exists")
		}
	}
	p := &plan{region: c.Region, id: answer.UUID(), created: s.seconds(), content: content, rules: rules,
		version: answer.UUID(), tags: tagsOf(c.In.Sub("BackupPlanTags")), selections: map[string]document{}}
	p.arn = s.arn(c, "backup-plan", p.id)
	s.plans[p.arn] = p
	return p.brief(), nil
}

// The windows of a rule, in minutes: the shortest, and AWS's defaults.
const (
	shortestWindow    = 60
	startWindow       = 8 * 60
	completionWindow  = 7 * 24 * 60
	shortestColdStore = 90 // days between the move to cold storage and the deletion
)

// rulesOf are a plan's rules with AWS's defaults, or what is wrong with one.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
func (s *Service) rulesOf(c *call, content document) ([]document, error) {
	var rules []document
	for _, asked := range content.List("Rules") {
		rule := document{"RuleId": answer.UUID(), "ScheduleExpression": "cron(0 5 ? * * *)", "ScheduleExpressionTimezone": "Etc/UTC",
			"StartWindowMinutes": float64(startWindow), "CompletionWindowMinutes": float64(completionWindow), "EnableContinuousBackup": false}
		maps.Copy(rule, asked)
		name, vault, kept := rule.Text("RuleName"), rule.Text("TargetBackupVaultName"), rule.Sub("Lifecycle")
		start, end := rule.Number("StartWindowMinutes"), rule.Number("CompletionWindowMinutes")
		cold, deleted := kept.Number("MoveToColdStorageAfterDays"), kept.Number("DeleteAfterDays")
		switch {
		case s.vaults[s.arn(c, "backup-vault", vault)] == nil:
			return nil, invalid("The rule %s has no vault: there is no %s", name, vault)
		case !strings.HasPrefix(rule.Text("ScheduleExpression"), "cron("):
			return nil, invalid("The schedule of %s is not a cron expression: %s", name, rule.Text("ScheduleExpression"))
		case start < shortestWindow || end < start+shortestWindow:
			return nil, invalid("The rule %s has to start within %d minutes at least, and to end %d later at least, not within %d and %d", name, shortestWindow, shortestWindow, start, end)
		case cold > 0 && deleted > 0 && deleted < cold+shortestColdStore:
			return nil, invalid("The rule %s deletes after %d days, less than %d after the move to cold storage", name, deleted, shortestColdStore)
		}
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return nil, invalid("A plan needs a rule")
	}
	return rules, nil
}

func (p *plan) brief() document {
	return document{"BackupPlanId": p.id, "BackupPlanArn": p.arn, "CreationDate": p.created, "VersionId": p.version}
}

// findPlan finds the plan that a request's path names.
func (s *Service) findPlan(c *call) (*plan, error) {
	if p := s.plans[s.arn(c, "backup-plan", c.Path["backupPlanId"])]; p != nil {
		return p, nil
	}
	return nil, missing("backup plan %s", c.Path["backupPlanId"])
}

func (s *Service) updatePlan(c *call) (document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, err
	}
	content := c.In.Sub("BackupPlan")
	rules, err := s.rulesOf(c, content)
	if err != nil {
		return nil, err
	}
	p.content, p.rules, p.version = content, rules, answer.UUID()
	return p.brief(), nil
}

func (s *Service) getPlan(c *call) (document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, err
	}
	d := p.brief()
	content := maps.Clone(p.content)
	content["Rules"] = p.rules
	d["BackupPlan"] = content
	return d, nil
}

func (s *Service) listPlans(c *call) (document, error) {
	list := []document{}
	for _, arn := range slices.Sorted(maps.Keys(s.plans)) {
		if p := s.plans[arn]; p.region == c.Region {
			d := p.brief()
			d["BackupPlanName"] = p.content["BackupPlanName"]
			list = append(list, d)
		}
	}
	return document{"BackupPlansList": list}, nil
}

func (s *Service) deletePlan(c *call) (document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, err
	}
	if len(p.selections) > 0 {
		return nil, notNow("Related backup plan selections must be deleted prior to backup plan deletion")
	}
	delete(s.plans, p.arn)
	return document{"BackupPlanId": p.id, "BackupPlanArn": p.arn, "DeletionDate": s.seconds(), "VersionId": p.version}, nil
}

func (s *Service) createSelection(c *call) (document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, invalid("Cannot find Backup plan with ID %s", c.Path["backupPlanId"])
	}
	content := c.In.Sub("BackupSelection")
	for _, other := range p.selections {
		if other.Sub("BackupSelection").Text("SelectionName") == content.Text("SelectionName") {
			return nil, exists("A selection of the name " + content.Text("SelectionName") + " exists already")
		}
	}
	role := content.Text("IamRoleArn")
	trusted, err := s.moto(c.Region).Trusts(c.Ctx, role, "backup.amazonaws.com")
	if err != nil {
		return nil, fmt.Errorf("look up the role of the selection: %w", err)
	}
	if !trusted {
		return nil, invalid("IAM Role %s cannot be assumed by AWS Backup", role)
	}
	id := answer.UUID()
	p.selections[id] = document{"SelectionId": id, "BackupPlanId": p.id, "CreationDate": s.seconds(), "BackupSelection": map[string]any(content)}
	return document{"SelectionId": id, "BackupPlanId": p.id, "CreationDate": s.seconds()}, nil
}

// findSelection finds the plan and the selection that a request's path names.
func (s *Service) findSelection(c *call) (*plan, document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, nil, err
	}
	if found := p.selections[c.Path["selectionId"]]; found != nil {
		return p, found, nil
	}
	return nil, nil, missing("selection %s of backup plan %s", c.Path["selectionId"], p.id)
}

func (s *Service) getSelection(c *call) (document, error) {
	_, found, err := s.findSelection(c)
	return found, err
}

func (s *Service) listSelections(c *call) (document, error) {
	p, err := s.findPlan(c)
	if err != nil {
		return nil, err
	}
	list := []document{}
	for _, id := range slices.Sorted(maps.Keys(p.selections)) {
		content := p.selections[id].Sub("BackupSelection")
		list = append(list, document{"SelectionId": id, "BackupPlanId": p.id, "SelectionName": content["SelectionName"], "IamRoleArn": content["IamRoleArn"]})
	}
	return document{"BackupSelectionsList": list}, nil
}

func (s *Service) deleteSelection(c *call) (document, error) {
	p, found, err := s.findSelection(c)
	if err != nil {
		return nil, err
	}
	delete(p.selections, found.Text("SelectionId"))
	return document{}, nil
}

func exists(message string) error {
	return answer.Refuse("AlreadyExistsException", "%s", message)
}
