package firewall

import (
	"slices"
	"strings"

	"drover/rehearsal/resource"
)

// checkRules refuses rules that do not fit, and keeps Suricata's text as the rule group that it is.
func checkRules(c *resource.Call, _ *resource.Item, next document) error {
	given, text := c.In["RuleGroup"] != nil, c.In.Text("Rules")
	switch {
	case !given && text == "":
		return resource.Refuse(invalid, "one of RuleGroup and Rules is needed")
	case given && text != "":
		return resource.Refuse(invalid, "RuleGroup and Rules cannot both be given")
	case text != "":
		next["RuleGroup"] = document{"RulesSource": document{"RulesString": text}}
	}
	delete(next, "Rules")
	consumed, err := capacityOf(next.Sub("RuleGroup").Sub("RulesSource"), next.Text("Type"))
	if err != nil {
		return err
	}
	if capacity := next.Number("Capacity"); consumed > capacity {
		return resource.Refuse(invalid, "The rule group needs a capacity of %d, and has %d", consumed, capacity)
	}
	next["ConsumedCapacity"], next["StatefulRuleOptions"] = float64(consumed), next.Sub("RuleGroup")["StatefulRuleOptions"]
	return nil
}

// capacityOf is what the rules of a group take up: one for each rule, and for each name and protocol of a list.
func capacityOf(source document, kind string) (int, error) {
	if kind == "STATELESS" {
		return len(source.Sub("StatelessRulesAndCustomActions").List("StatelessRules")), nil
	}
	names := source.Sub("RulesSourceList")
	for _, name := range names.Texts("Targets") {
		if strings.ContainsAny(name, "*/: ") || strings.Trim(name, ".") == "" {
			return 0, resource.Refuse(invalid, "%q is neither a host name nor the end of host names, which begins with a dot", name)
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
				return 0, resource.Refuse(invalid, "two rules have the sid %s", id)
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
		return 0, resource.Refuse(invalid, "the rule group has no rule")
	}
	return count, nil
}

// What a policy can do with a packet that no rule matched.
var (
	statelessActions = []string{"aws:pass", "aws:drop", "aws:forward_to_sfe"}
	statefulActions  = []string{"aws:drop_strict", "aws:drop_established", "aws:drop_established_app_layer",
		"aws:alert_strict", "aws:alert_established", "aws:alert_established_app_layer"}
)

func orderOf(options document) string {
	if order := options.Text("RuleOrder"); order != "" {
		return order
	}
	return defaultOrder
}

// checkPolicy refuses actions that there are not, and references that do not fit.
func checkPolicy(c *resource.Call, _ *resource.Item, next document) error {
	content := next.Sub("FirewallPolicy")
	for _, key := range []string{"StatelessDefaultActions", "StatelessFragmentDefaultActions"} {
		actions := content.Texts(key)
		if !slices.ContainsFunc(actions, func(a string) bool { return slices.Contains(statelessActions, a) }) {
			return resource.Refuse(invalid, "%s needs one of %v, not %v", key, statelessActions, actions)
		}
	}
	order := orderOf(content.Sub("StatefulEngineOptions"))
	for _, action := range content.Texts("StatefulDefaultActions") {
		switch {
		case !slices.Contains(statefulActions, action):
			return resource.Refuse(invalid, "StatefulDefaultActions is of %v, not %q", statefulActions, action)
		case order != "STRICT_ORDER":
			return resource.Refuse(invalid, "StatefulDefaultActions needs the rule order STRICT_ORDER")
		}
	}
	return checkReferences(c, content.List("StatefulRuleGroupReferences"), order)
}

func checkReferences(c *resource.Call, references []document, order string) error {
	priorities := map[int]bool{}
	for _, reference := range references {
		group, priority := c.Find(ruleGroups, "RuleGroupArn", reference["ResourceArn"]).Fields, reference.Number("Priority")
		switch {
		case orderOf(group.Sub("StatefulRuleOptions")) != order:
			return resource.Refuse(invalid, "The rule order of %s is not the policy's, %s", group.Text("Name"), order)
		case order == "STRICT_ORDER" && priority == 0:
			return resource.Refuse(invalid, "With STRICT_ORDER the reference to %s needs a priority", group.Text("Name"))
		case order != "STRICT_ORDER" && priority != 0:
			return resource.Refuse(invalid, "A priority needs the rule order STRICT_ORDER")
		case priority != 0 && priorities[priority]:
			return resource.Refuse(invalid, "Two rule groups have the priority %d", priority)
		}
		priorities[priority] = true
	}
	return nil
}

func viewPolicy(c *resource.Call, policy *resource.Item, d document) {
	consumed := 0
	for _, arn := range d.All("FirewallPolicy.StatefulRuleGroupReferences.ResourceArn") {
		consumed += c.Find(ruleGroups, "RuleGroupArn", arn).Fields.Number("Capacity")
	}
	d["ConsumedStatefulRuleCapacity"], d["ConsumedStatelessRuleCapacity"] = consumed, 0
	d["NumberOfAssociations"] = c.Uses(policy)
}

// destinationKeys name what says where the logs go.
var destinationKeys = map[string]string{"CloudWatchLogs": "logGroup", "S3": "bucketName", "KinesisDataFirehose": "deliveryStream"}

// updateLogging takes one change at a time, as the service does: one destination added, removed or changed.
func updateLogging(c *resource.Call, firewall *resource.Item) (document, error) {
	wanted := c.In.Sub("LoggingConfiguration").List("LogDestinationConfigs")
	byType := map[string]document{}
	for _, config := range wanted {
		kind := config.Text("LogType")
		if byType[kind] != nil {
			return nil, resource.Refuse(invalid, "There is more than one destination for %s", kind)
		}
		byType[kind] = config
		if key := destinationKeys[config.Text("LogDestinationType")]; config.Sub("LogDestination").Text(key) == "" {
			return nil, resource.Refuse(invalid, "A destination of type %s needs %s", config.Text("LogDestinationType"), key)
		}
	}
	if changed(firewall.Fields.Sub("LoggingConfiguration").List("LogDestinationConfigs"), byType) > 1 {
		return nil, resource.Refuse(invalid, "Only one destination can be added, removed or changed in one call")
	}
	firewall.Fields["LoggingConfiguration"] = document{"LogDestinationConfigs": wanted}
	return c.View(firewall), nil
}
