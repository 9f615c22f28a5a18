package stacks

import (
	"maps"
	"slices"

	"drover/rehearsal/aws/answer"
)

func (s *Service) describe(c *call) (answer.Element, error) {
	if c.form.Get("StackName") != "" {
		t, err := s.find(c)
		if err != nil {
			return nil, err
		}
		return answer.Element{"Stacks": []answer.Element{t.describe()}}, nil
	}
	var list []answer.Element
	for _, id := range slices.Sorted(maps.Keys(s.stacks)) {
		if t := s.stacks[id]; t.region == c.region && t.status != deleted {
			list = append(list, t.describe())
		}
	}
	return answer.Element{"Stacks": list}, nil
}

func (t *stack) describe() answer.Element {
	var outputs, tags []answer.Element
	if t.status != rolledBack && t.status != deleted {
		for _, name := range slices.Sorted(maps.Keys(t.form.Outputs)) {
			out := t.form.Outputs[name]
			outputs = append(outputs, answer.Element{"OutputKey": name, "OutputValue": t.value(out.Value), "Description": out.Description})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.tags)) {
		tags = append(tags, answer.Element{"Key": key, "Value": t.tags[key]})
	}
	return answer.Element{"StackId": t.id, "StackName": t.name, "Description": t.form.Description, "CreationTime": t.began, "LastUpdatedTime": t.changed,
		"StackStatus": t.status, "StackStatusReason": t.reason, "DisableRollback": false, "EnableTerminationProtection": false, "Outputs": outputs, "Tags": tags}
}

// value is what an output refers to.
func (t *stack) value(r refers) string {
	made := t.connections[r.resource]
	switch {
	case made == nil:
		return ""
	case r.attribute == "":
		return made.name
	}
	return made.attributes[r.attribute]
}

func (s *Service) describeEvents(c *call) (answer.Element, error) {
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	return answer.Element{"StackEvents": t.events}, nil
}

func (s *Service) describeResources(c *call) (answer.Element, error) {
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	var list []answer.Element
	for _, logical := range slices.Sorted(maps.Keys(t.connections)) {
		list = append(list, answer.Element{"StackId": t.id, "StackName": t.name, "LogicalResourceId": logical, "PhysicalResourceId": t.connections[logical].name,
			"ResourceType": connectionType, "ResourceStatus": created, "Timestamp": t.began})
	}
	return answer.Element{"StackResources": list}, nil
}

// template is the template as it came: with references to secrets, and without what they hold.
func (s *Service) template(c *call) (answer.Element, error) {
	t, err := s.find(c)
	if err != nil {
		return nil, err
	}
	return answer.Element{"TemplateBody": t.body, "StagesAvailable": []string{"Original", "Processed"}}, nil
}
