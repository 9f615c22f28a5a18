package firewall

import "slices"

// What a policy can do with a packet that no rule matched.
var (
	statelessActions = []string{"aws:pass", "aws:drop", "aws:forward_to_sfe"}
	statefulActions  = []string{"aws:drop_strict", "aws:drop_established", "aws:drop_established_app_layer",
		"aws:alert_strict", "aws:alert_established", "aws:alert_established_app_layer"}
)

func (s *Service) createPolicy(c *call) (document, error) {
	content := c.In.Sub("FirewallPolicy")
	if err := s.checkPolicy(content); err != nil {
		return nil, err
	}
	r, err := s.add(c, policy, "firewall-policy", c.In.Text("FirewallPolicyName"))
	if err != nil {
		return nil, err
	}
	r.content = content
	return document{"UpdateToken": r.token, "FirewallPolicyResponse": s.describePolicyOf(r)}, nil
}

// checkPolicy refuses actions that there are not, and references that do not fit.
func (s *Service) checkPolicy(content document) error {
	for _, key := range []string{"StatelessDefaultActions", "StatelessFragmentDefaultActions"} {
		actions := content.Texts(key)
		if !slices.ContainsFunc(actions, func(a string) bool { return slices.Contains(statelessActions, a) }) {
			return invalid("%s needs one of %v, not %v", key, statelessActions, actions)
		}
	}
	order := orderOf(content.Sub("StatefulEngineOptions"))
	for _, action := range content.Texts("StatefulDefaultActions") {
		switch {
		case !slices.Contains(statefulActions, action):
			return invalid("StatefulDefaultActions is of %v, not %q", statefulActions, action)
		case order != "STRICT_ORDER":
			return invalid("StatefulDefaultActions needs the rule order STRICT_ORDER")
		}
	}
	return s.checkReferences(content.List("StatefulRuleGroupReferences"), order)
}

func (s *Service) checkReferences(references []document, order string) error {
	priorities := map[int]bool{}
	for _, reference := range references {
		arn, priority := reference.Text("ResourceArn"), reference.Number("Priority")
		group := s.resources[arn]
		switch {
		case group == nil || group.kind != ruleGroup:
			return invalid("There is no rule group %s", arn)
		case orderOf(group.content.Sub("StatefulRuleOptions")) != order:
			return invalid("The rule order of %s is not the policy's, %s", group.name, order)
		case order == "STRICT_ORDER" && priority == 0:
			return invalid("With STRICT_ORDER the reference to %s needs a priority", group.name)
		case order != "STRICT_ORDER" && priority != 0:
			return invalid("A priority needs the rule order STRICT_ORDER")
		case priority != 0 && priorities[priority]:
			return invalid("Two rule groups have the priority %d", priority)
		}
		priorities[priority] = true
	}
	return nil
}

func (s *Service) describePolicyOf(r *resource) document {
	d := s.describe(r, "FirewallPolicy")
	consumed := 0
	for _, arn := range r.uses() {
		if group := s.resources[arn]; group != nil {
			n, _ := group.members["Capacity"].(int)
			consumed += n
		}
	}
	d["ConsumedStatefulRuleCapacity"], d["ConsumedStatelessRuleCapacity"] = consumed, 0
	return d
}

func (s *Service) findPolicy(c *call) (*resource, error) {
	return s.find(c, policy, "FirewallPolicyArn", "FirewallPolicyName")
}

func (s *Service) describePolicy(c *call) (document, error) {
	r, err := s.findPolicy(c)
	if err != nil {
		return nil, err
	}
	return document{"UpdateToken": r.token, "FirewallPolicy": r.content, "FirewallPolicyResponse": s.describePolicyOf(r)}, nil
}

func (s *Service) updatePolicy(c *call) (document, error) {
	r, err := s.findPolicy(c)
	if err != nil {
		return nil, err
	}
	content := c.In.Sub("FirewallPolicy")
	if err := s.checkPolicy(content); err != nil {
		return nil, err
	}
	if orderOf(content.Sub("StatefulEngineOptions")) != orderOf(r.content.Sub("StatefulEngineOptions")) {
		return nil, invalid("The rule order of a firewall policy cannot change")
	}
	if err := s.change(c, r); err != nil {
		return nil, err
	}
	r.content = content
	for _, key := range []string{"Description", "EncryptionConfiguration"} {
		if v := c.In[key]; v != nil {
			r.members[key] = v
		}
	}
	return document{"UpdateToken": r.token, "FirewallPolicyResponse": s.describePolicyOf(r)}, nil
}

func (s *Service) deletePolicy(c *call) (document, error) {
	r, err := s.findPolicy(c)
	if err != nil {
		return nil, err
	}
	if n := s.users(r); n > 0 {
		return nil, inUse("Unable to delete the object because it is still in use: %d firewalls have the policy %s", n, r.name)
	}
	delete(s.resources, r.arn)
	described := s.describePolicyOf(r)
	described["FirewallPolicyStatus"] = "DELETING"
	return document{"FirewallPolicyResponse": described}, nil
}
