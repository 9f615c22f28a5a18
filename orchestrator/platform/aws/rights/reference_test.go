package rights

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reference is what AWS's Service Authorization Reference says of the actions in use: which resources each is about, and
// which of the conditions that the policies make it knows. * stands for what an ARN has by account and resource.
type reference struct {
	Source string
	Types  map[string]struct {
		ARN  string
		Keys []string
	}
	Actions map[string]struct {
		Resources []about
		Keys      []string
	}
}

// about is one kind of resource of an action.
type about struct {
	Type     string
	Required bool
	Keys     []string
}

func readReference(t *testing.T) reference {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// keysOf are the conditions that a statement makes, without the names of tags.
func keysOf(s allowed) (keys []string) {
	for _, byKey := range s.Condition {
		for key := range byKey {
			name, _, _ := strings.Cut(key, "/")
			keys = append(keys, name)
		}
	}
	return keys
}

// reaches is whether a statement allows an action for one kind of its resources: the ARNs meet, and every condition is
// one that AWS asks about there. A condition on what is not asked about is never met.
func (r reference) reaches(s allowed, action string, kind about) bool {
	service, _, _ := strings.Cut(action, ":")
	known := r.Types[service+"/"+kind.Type]
	for _, key := range keysOf(s) {
		if !slices.Contains(kind.Keys, key) && !slices.Contains(known.Keys, key) && !slices.Contains(r.Actions[action].Keys, key) {
			return false
		}
	}
	return slices.ContainsFunc(s.Resource, func(pattern string) bool { return meet(pattern, known.ARN) })
}

// meet is whether any text fits both patterns, in which * stands for any text.
func meet(a, b string) bool {
	switch {
	case a == "" && b == "":
		return true
	case strings.HasPrefix(a, "*"):
		return meet(a[1:], b) || b != "" && meet(a, b[1:])
	case strings.HasPrefix(b, "*"):
		return meet(b, a)
	case a == "" || b == "":
		return false
	}
	return a[0] == b[0] && meet(a[1:], b[1:])
}

// A policy that names an action that AWS does not know, limits one to a resource that it is not about, or makes a
// condition that it does not ask about, allows nothing at all, and no simulated account says so.
func TestAWSKnowsEveryActionResourceAndCondition(t *testing.T) {
	t.Parallel()
	r := readReference(t)
	for _, c := range everySpec(t) {
		list := statements(t, c, applies)
		for action := range actionsOf(list) {
			known, there := r.Actions[action]
			if !there {
				t.Errorf("%s: %s is not in testdata/reference.json; look it up at %s", c.Metadata.Name, action, r.Source)
				continue
			}
			var of []allowed
			for _, s := range list {
				if s.Effect == "Allow" && slices.Contains(s.Action, action) {
					of = append(of, s)
				}
			}
			checkReach(t, r, c.Metadata.Name, action, of)
			for _, s := range of {
				if len(known.Resources) == 0 && !slices.Equal(s.Resource, []string{"*"}) {
					t.Errorf("%s: %s allows %s for %v, and AWS knows no resource for it", c.Metadata.Name, s.Sid, action, s.Resource)
				}
			}
		}
	}
}

// checkReach: each statement reaches some resource of the action, and each resource that the action needs is reached.
func checkReach(t *testing.T, r reference, cluster, action string, of []allowed) {
	t.Helper()
	known := r.Actions[action]
	for _, s := range of {
		if len(known.Resources) == 0 {
			for _, key := range keysOf(s) {
				if !slices.Contains(known.Keys, key) {
					t.Errorf("%s: %s asks %s for %s, which AWS does not know there", cluster, s.Sid, action, key)
				}
			}
			continue
		}
		if !slices.ContainsFunc(known.Resources, func(kind about) bool { return r.reaches(s, action, kind) }) {
			t.Errorf("%s: %s allows %s for %v with %v, which is none of its resources", cluster, s.Sid, action, s.Resource, s.Condition)
		}
	}
	for _, kind := range known.Resources {
		if kind.Required && !slices.ContainsFunc(of, func(s allowed) bool { return r.reaches(s, action, kind) }) && !alternatives[action] {
			t.Errorf("%s: %s needs a %s, and no statement allows that", cluster, action, kind.Type)
		}
	}
}

// alternatives are actions whose resources the reference calls required although each call has one of them only.
var alternatives = map[string]bool{
	"elasticloadbalancing:DeleteListener": true, "elasticloadbalancing:ModifyListener": true, "route53:ChangeTagsForResource": true,
}

func TestPatternsMeet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"arn:aws:eks:eu-west-1:1:cluster/shop-blue", "arn:*:eks:*:*:cluster/*", true},
		{"arn:aws:eks:eu-west-1:1:*/shop-blue/*", "arn:*:eks:*:*:nodegroup/*/*/*", true},
		{"arn:aws:eks:eu-west-1:1:cluster/shop-blue", "arn:*:eks:*:*:nodegroup/*/*/*", false},
		{"*", "arn:*:ec2:*:*:vpc/*", true}, {"a*c", "abd", false}, {"a*", "*b", true},
	} {
		if got := meet(c.a, c.b); got != c.want {
			t.Errorf("%s and %s meet: %t", c.a, c.b, got)
		}
	}
}
