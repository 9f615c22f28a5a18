// Package policies walks policy documents (of identities, trusts, keys, topics, queues, buckets, repositories) and
// names what gives more than it needs to. It reads documents as AWS gets them, and must never read Terraform's own text.
package policies

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is one policy as AWS gets it.
type Document struct {
	Where string // "module.cluster.aws_iam_role.node, assume_role_policy"
	Kind  Kind
	JSON  string
}

// Kind says what a document is attached to, which decides what its wildcards mean.
type Kind string

// What documents are attached to.
const (
	Identity Kind = "identity" // says what a role may do
	Trust    Kind = "trust"    // says who may take a role
	Key      Kind = "key"      // of a KMS key: the resource "*" is that key and no other
	Resource Kind = "resource" // of a topic, a queue, a bucket, a repository, an endpoint
)

// statement is one statement, with every list as a list.
type statement struct {
	Sid, Effect                     string
	Actions, Resources              []string
	Principals                      map[string][]string
	Conditions                      map[string]map[string][]string
	notAction, notResource, notWhom bool
}

// Walk names everything in a document that gives too much, for an account. A document that cannot be read, or that
// has no statement, is an error: what was not looked at has not passed.
func Walk(account string, d Document) (findings []string, err error) {
	statements, err := parse(d.JSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Where, err)
	}
	for i, s := range statements {
		if s.Effect == "Deny" {
			continue
		}
		name := s.Sid
		if name == "" {
			name = fmt.Sprintf("statement %d", i+1)
		}
		for _, rule := range rules {
			for _, finding := range rule(account, d.Kind, s) {
				findings = append(findings, fmt.Sprintf("%s, %s: %s", d.Where, name, finding))
			}
		}
	}
	return findings, nil
}

// rules each look at one allowing statement.
var rules = []func(account string, kind Kind, s statement) []string{
	negations, effects, wideActions, wideResources, widePrincipals,
}

func negations(_ string, _ Kind, s statement) (findings []string) {
	for _, n := range []struct {
		found bool
		name  string
	}{{s.notAction, "NotAction"}, {s.notResource, "NotResource"}, {s.notWhom, "NotPrincipal"}} {
		if n.found {
			findings = append(findings, n.name+" allows everything that is not named")
		}
	}
	return findings
}

func effects(_ string, _ Kind, s statement) []string {
	if s.Effect != "Allow" {
		return []string{fmt.Sprintf("the effect %q is neither Allow nor Deny", s.Effect)}
	}
	return nil
}

func wideActions(account string, kind Kind, s statement) (findings []string) {
	if len(s.Actions) == 0 && !s.notAction {
		return []string{"no action is named"}
	}
	for _, action := range s.Actions {
		service, verb, found := strings.Cut(action, ":")
		if found && !strings.ContainsAny(service, "*?") && strings.Trim(verb, "*") != "" {
			continue
		}
		if action == "kms:*" && kind == Key && onlyTheAccount(account, s) {
			continue // delegates to IAM: without it nobody could ever change the key's policy again
		}
		findings = append(findings, fmt.Sprintf("the action %q is every action", action))
	}
	return findings
}

// onlyTheAccount is whether a statement is for the account itself: for whoever its IAM policies allow it, that is.
func onlyTheAccount(account string, s statement) bool {
	who := s.Principals["AWS"]
	return len(s.Principals) == 1 && len(who) == 1 && accountOf(who[0]) == account && strings.HasSuffix(who[0], ":root")
}

func wideResources(_ string, kind Kind, s statement) (findings []string) {
	if kind == Trust || kind == Key {
		return nil // a trust has none, and in a key's policy "*" is the key itself, and nothing else can be named
	}
	if len(s.Resources) == 0 && !s.notResource && kind == Identity {
		return []string{"no resource is named"}
	}
	for _, resource := range s.Resources {
		if !wide(resource) {
			continue
		}
		for _, action := range s.Actions {
			if !withoutResources(action) {
				findings = append(findings, fmt.Sprintf("the action %q is allowed on %q, and can be held to a resource", action, resource))
			}
		}
	}
	return findings
}

// wide is whether a resource is everything, or everything of a service.
func wide(resource string) bool {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 {
		return strings.ContainsAny(resource, "*?") || resource == ""
	}
	return strings.ContainsAny(parts[2], "*?") || strings.Trim(parts[5], "*?/:") == ""
}

func withoutResources(action string) bool {
	return slices.ContainsFunc(WithoutResources, func(a ActionWithoutResources) bool { return a.Action == action })
}

// holding are the condition keys that hold a wildcard principal to an account, an organization or one resource.
var holding = []string{
	"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:SourceAccount", "aws:SourceArn",
	"aws:SourceVpc", "aws:SourceVpce", "kms:CallerAccount",
}

// exact are the tests that demand the key to be there and to have the value.
var exact = []string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}

func widePrincipals(account string, kind Kind, s statement) (findings []string) {
	if kind == Identity {
		return nil
	}
	if len(s.Principals) == 0 && !s.notWhom {
		return []string{"no principal is named"}
	}
	for group, identifiers := range s.Principals {
		for _, identifier := range identifiers {
			switch {
			case strings.ContainsAny(identifier, "*?") && !held(s):
				findings = append(findings, fmt.Sprintf("the principal %s %q is everyone, and no condition holds it", group, identifier))
			case group == "AWS" && !strings.ContainsAny(identifier, "*?") && accountOf(identifier) != account:
				findings = append(findings, fmt.Sprintf("the principal %q is of another account", identifier))
			}
		}
	}
	return findings
}

func accountOf(principal string) string {
	if parts := strings.Split(principal, ":"); len(parts) > 4 {
		return parts[4]
	}
	return principal
}

func held(s statement) bool {
	for test, variables := range s.Conditions {
		if !slices.Contains(exact, test) {
			continue
		}
		for variable, values := range variables {
			known := slices.ContainsFunc(holding, func(key string) bool { return strings.EqualFold(key, variable) })
			if known && len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return strings.Trim(v, "*?") == "" }) {
				return true
			}
		}
	}
	return false
}

// words reads a word or a list of words.
type words []string

func (w *words) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(w))
}

// raw is a statement as JSON has it.
type raw struct {
	Sid, Effect                        string
	Action, NotAction                  words
	Resource, NotResource              words
	Principal, NotPrincipal, Condition json.RawMessage
}

func parse(document string) ([]statement, error) {
	var policy struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		return nil, fmt.Errorf("read the policy document: %w", err)
	}
	var all []raw
	if err := json.Unmarshal(policy.Statement, &all); err != nil {
		var one raw
		if json.Unmarshal(policy.Statement, &one) != nil {
			return nil, fmt.Errorf("read the policy's statements: %w", err)
		}
		all = []raw{one}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the policy has no statement")
	}
	statements := make([]statement, 0, len(all))
	for _, r := range all {
		s := statement{
			Sid: r.Sid, Effect: r.Effect, Actions: r.Action, Resources: r.Resource,
			notAction: r.NotAction != nil, notResource: r.NotResource != nil, notWhom: r.NotPrincipal != nil,
		}
		var err error
		if s.Principals, err = principals(r.Principal); err != nil {
			return nil, err
		}
		if s.Conditions, err = conditions(r.Condition); err != nil {
			return nil, err
		}
		statements = append(statements, s)
	}
	return statements, nil
}

func principals(data json.RawMessage) (map[string][]string, error) {
	if data == nil {
		return nil, nil
	}
	var anyone string
	if json.Unmarshal(data, &anyone) == nil {
		return map[string][]string{"": {anyone}}, nil
	}
	var groups map[string]words
	if err := json.Unmarshal(data, &groups); err != nil {
		return nil, fmt.Errorf("read the policy's principals: %w", err)
	}
	found := map[string][]string{}
	for group, identifiers := range groups {
		found[group] = identifiers
	}
	return found, nil
}

func conditions(data json.RawMessage) (map[string]map[string][]string, error) {
	if data == nil {
		return nil, nil
	}
	var tests map[string]map[string]words
	if err := json.Unmarshal(data, &tests); err != nil {
		return nil, fmt.Errorf("read the policy's conditions: %w", err)
	}
	found := map[string]map[string][]string{}
	for test, variables := range tests {
		found[test] = map[string][]string{}
		for variable, values := range variables {
			found[test][variable] = values
		}
	}
	return found, nil
}
