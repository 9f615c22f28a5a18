package firewall

import (
	"strings"

	"drover/rehearsal/aws/answer"
)

func answer409(r *resource) error {
	return answer.Refuse("InvalidTokenException", "The update token is not that of the latest change of %s", r.name)
}

func (s *Service) createRuleGroup(c *call) (document, error) {
	content, err := contentOf(c.In)
	if err != nil {
		return nil, err
	}
	consumed, err := capacityOf(content, c.In.Text("Type"))
	if err != nil {
		return nil, err
	}
	if capacity := c.In.Number("Capacity"); consumed > capacity {
		return nil, invalid("The rule group needs a capacity of %d, and has %d", consumed, capacity)
	}
	r, err := s.add(c, ruleGroup, strings.ToLower(c.In.Text("Type"))+"-rulegroup", c.In.Text("RuleGroupName"))
	if err != nil {
		return nil, err
	}
	r.content = content
	r.members["Type"], r.members["Capacity"], r.members["ConsumedCapacity"] = c.In["Type"], c.In.Number("Capacity"), consumed
	return document{"UpdateToken": r.token, "RuleGroupResponse": s.describe(r, "RuleGroup")}, nil
}

// contentOf is the rule group of a request, which may also be given as Suricata's text.
func contentOf(in document) (document, error) {
	group, rules := in.Sub("RuleGroup"), in.Text("Rules")
	switch {
	case group == nil && rules == "":
		return nil, invalid("one of RuleGroup and Rules is needed")
	case group != nil && rules != "":
		return nil, invalid("RuleGroup and Rules cannot both be given")
	case rules != "":
		return document{"RulesSource": map[string]any{"RulesString": rules}}, nil
	}
	return group, nil
}

// capacityOf is what the rules of a group take up: one for each rule, and for each name and protocol of a list.
func capacityOf(content document, kind string) (int, error) {
	source := content.Sub("RulesSource")
	if kind == "STATELESS" {
		return len(source.Sub("StatelessRulesAndCustomActions").List("StatelessRules")), nil
	}
	names := source.Sub("RulesSourceList")
	for _, name := range names.Texts("Targets") {
		if strings.ContainsAny(name, "*/: ") || strings.Trim(name, ".") == "" {
			return 0, invalid("%q is neither a host name nor the end of host names, which begins with a dot", name)
		}
	}
	sids := map[string]bool{}
	for _, rule := range source.List("StatefulRules") {
		for _, option := range rule.List("RuleOptions") {
			if option.Text("Keyword") != "sid" {
				continue
			}
			id := strings.Join(option.Texts("Settings"), "")
			if sids[id] {
				return 0, invalid("two rules have the sid %s", id)
			}
			sids[id] = true
		}
	}
	count := len(source.List("StatefulRules")) + len(names.Texts("Targets"))*len(names.Texts("TargetTypes"))
	for line := range strings.Lines(source.Text("RulesString")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			count++
		}
	}
	if count == 0 {
		return 0, invalid("the rule group has no rule")
	}
	return count, nil
}

func (s *Service) findRuleGroup(c *call) (*resource, error) {
	return s.find(c, ruleGroup, "RuleGroupArn", "RuleGroupName")
}

func (s *Service) describeRuleGroup(c *call) (document, error) {
	r, err := s.findRuleGroup(c)
	if err != nil {
		return nil, err
	}
	return document{"UpdateToken": r.token, "RuleGroup": r.content, "RuleGroupResponse": s.describe(r, "RuleGroup")}, nil
}

func (s *Service) describeRuleGroupMetadata(c *call) (document, error) {
	r, err := s.findRuleGroup(c)
	if err != nil {
		return nil, err
	}
	return document{"RuleGroupArn": r.arn, "RuleGroupName": r.name, "Description": r.members["Description"], "Type": r.members["Type"],
		"Capacity": r.members["Capacity"], "StatefulRuleOptions": r.content["StatefulRuleOptions"], "LastModifiedTime": r.modified}, nil
}

func (s *Service) updateRuleGroup(c *call) (document, error) {
	r, err := s.findRuleGroup(c)
	if err != nil {
		return nil, err
	}
	content, err := contentOf(c.In)
	if err != nil {
		return nil, err
	}
	consumed, err := capacityOf(content, r.members.Text("Type"))
	if err != nil {
		return nil, err
	}
	if capacity, _ := r.members["Capacity"].(int); consumed > capacity {
		return nil, invalid("The rule group needs a capacity of %d, and has %d, which cannot change", consumed, capacity)
	}
	if orderOf(content.Sub("StatefulRuleOptions")) != orderOf(r.content.Sub("StatefulRuleOptions")) {
		return nil, invalid("The rule order of a rule group cannot change")
	}
	if err := s.change(c, r); err != nil {
		return nil, err
	}
	r.content, r.members["ConsumedCapacity"] = content, consumed
	for _, key := range []string{"Description", "EncryptionConfiguration"} {
		if v := c.In[key]; v != nil {
			r.members[key] = v
		}
	}
	return document{"UpdateToken": r.token, "RuleGroupResponse": s.describe(r, "RuleGroup")}, nil
}

func orderOf(options document) string {
	if order := options.Text("RuleOrder"); order != "" {
		return order
	}
	return "DEFAULT_ACTION_ORDER"
}

func (s *Service) deleteRuleGroup(c *call) (document, error) {
	r, err := s.findRuleGroup(c)
	if err != nil {
		return nil, err
	}
	if n := s.users(r); n > 0 {
		return nil, inUse("Unable to delete the object because it is still in use: %d firewall policies refer to %s", n, r.name)
	}
	delete(s.resources, r.arn)
	described := s.describe(r, "RuleGroup")
	described["RuleGroupStatus"] = "DELETING"
	return document{"RuleGroupResponse": described}, nil
}
