package eks

import (
	"slices"
	"testing"
)

func TestPrincipalsAreWhatAccessEntriesName(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string][2]string{
		"arn:aws:sts::123456789012:assumed-role/admin/ann@example.com": {"arn:aws:iam::123456789012:role/admin", "ann@example.com"},
		"arn:aws:iam::123456789012:user/people/ann":                    {"arn:aws:iam::123456789012:user/people/ann", ""},
		"arn:aws:sts::123456789012:user/moto":                          {"arn:aws:iam::123456789012:user/moto", ""},
		"arn:aws:sts::123456789012:federated-user/ann":                 {"arn:aws:sts::123456789012:federated-user/ann", ""},
	} {
		principal, session := principalOf(arn)
		if got := [2]string{principal, session}; got != want {
			t.Errorf("%s: %v, want %v", arn, got, want)
		}
	}
}

func TestARoleIsFoundWhateverItsPathButOnlyInItsAccount(t *testing.T) {
	t.Parallel()
	entry := &accessEntry{principal: "arn:aws:iam::123456789012:role/team/sub/admin"}
	user := &accessEntry{principal: "arn:aws:iam::123456789012:user/team/ann"}
	cl := &cluster{overlay: object{"accessConfig": object{"authenticationMode": "API"}},
		entries: map[string]*accessEntry{entry.principal: entry, user.principal: user}}
	for principal, want := range map[string]*accessEntry{
		"arn:aws:iam::123456789012:role/admin":    entry,
		"arn:aws:iam::123456789012:role/myadmin":  nil,
		"arn:aws:iam::210987654321:role/admin":    nil,
		"arn:aws:iam::123456789012:user/team/ann": user,
		"arn:aws:iam::123456789012:user/ann":      nil,
		"arn:aws:iam::123456789012:role/ann":      nil,
	} {
		if got := cl.entryOf(principal); got != want {
			t.Errorf("%s: %+v, want %+v", principal, got, want)
		}
	}
	cl.overlay = object{"accessConfig": object{"authenticationMode": "CONFIG_MAP"}}
	if cl.entryOf(entry.principal) != nil {
		t.Error("a cluster without access entries has one")
	}
}

func TestRulesAllowWhatTheyName(t *testing.T) {
	t.Parallel()
	pods := rule{Verbs: []string{"get"}, Groups: []string{""}, Resources: []string{"pods", "pods/log", "*/scale"}}
	one := rule{Verbs: []string{"*"}, Groups: []string{"*"}, Resources: []string{"*"}, Names: []string{"one"}}
	paths := rule{Verbs: []string{"get"}, Paths: []string{"/healthz", "/version/*"}}
	for _, c := range []struct {
		what     string
		rule     rule
		resource *resourceRequest
		path     *pathRequest
		want     bool
	}{
		{"what it names", pods, &resourceRequest{Verb: "get", Resource: "pods"}, nil, true},
		{"a part that it names", pods, &resourceRequest{Verb: "get", Resource: "pods", Subresource: "log"}, nil, true},
		{"a part of anything", pods, &resourceRequest{Verb: "get", Resource: "deployments", Subresource: "scale"}, nil, true},
		{"another verb", pods, &resourceRequest{Verb: "delete", Resource: "pods"}, nil, false},
		{"another part", pods, &resourceRequest{Verb: "get", Resource: "pods", Subresource: "exec"}, nil, false},
		{"another group", pods, &resourceRequest{Verb: "get", Group: "apps", Resource: "pods"}, nil, false},
		{"the one object", one, &resourceRequest{Verb: "get", Group: "apps", Resource: "deployments", Name: "one"}, nil, true},
		{"another object", one, &resourceRequest{Verb: "get", Group: "apps", Resource: "deployments", Name: "two"}, nil, false},
		{"a path", paths, nil, &pathRequest{Verb: "get", Path: "/healthz"}, true},
		{"below a path", paths, nil, &pathRequest{Verb: "get", Path: "/version/1"}, true},
		{"another path", paths, nil, &pathRequest{Verb: "get", Path: "/metrics"}, false},
		{"a path as a resource", paths, &resourceRequest{Verb: "get", Resource: "healthz"}, nil, false},
		{"nothing", one, nil, nil, false},
	} {
		if got := c.rule.allows(c.resource, c.path); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestScopesHoldTheirNamespaces(t *testing.T) {
	t.Parallel()
	dev := accessScope{Type: "namespace", Namespaces: []string{"default", "dev-*"}}
	for _, c := range []struct {
		scope accessScope
		asked *resourceRequest
		want  bool
	}{
		{accessScope{Type: "cluster"}, nil, true},
		{accessScope{Type: "cluster"}, &resourceRequest{Resource: "nodes"}, true},
		{dev, &resourceRequest{Namespace: "dev-1"}, true},
		{dev, &resourceRequest{Namespace: "default"}, true},
		{dev, &resourceRequest{Namespace: "prod"}, false},
		{dev, &resourceRequest{Resource: "nodes"}, false},
		{dev, nil, false},
	} {
		if got := c.scope.covers(c.asked); got != c.want {
			t.Errorf("%+v, %+v: %v, want %v", c.scope, c.asked, got, c.want)
		}
	}
}

func TestOnlySTSIsTakenForSTS(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"sts.amazonaws.com": true, "sts.eu-west-1.amazonaws.com": true, "127.0.0.1:4566": true, "localhost:80": true,
		"sts.amazonaws.com.evil.example": false, "evil.example": false, "10.0.0.1:80": false, "": false} {
		if isSTS(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

func TestMachinesAreSpreadOverZonesAndKeepTheirs(t *testing.T) {
	t.Parallel()
	known := map[string]string{}
	zones := []string{"a", "b", "c"}
	if got := spread([]string{"1", "2", "3", "4"}, zones, known); !slices.Equal(got, []string{"a", "b", "c", "a"}) {
		t.Errorf("got %v", got)
	}
	if got := spread([]string{"0", "2", "3"}, zones, known); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("after two left and one came: %v", got)
	}
}

func TestEveryAddonRunsSomething(t *testing.T) {
	t.Parallel()
	for _, a := range offeredAddons {
		list := workloadsOf(a.name, "v1")
		if len(list) == 0 {
			t.Errorf("%s has no workload", a.name)
		}
		for _, w := range list {
			if w.Namespace != a.namespace || w.Name == "" || len(w.Labels) == 0 {
				t.Errorf("%s has %+v", a.name, w)
			}
		}
	}
}
