// Package rights holds what IAM has to allow to whoever runs drover on AWS, as policy documents for one cluster: what
// plans, and what builds, rotates and destroys. It is pure, and must never call AWS. A right that no call needs is as
// much a defect as one that is missing: its tests compare it with the calls that were made.
package rights

import (
	"crypto/sha1" //nolint:gosec // names of roles have a part of this hash, and nothing depends on it being hard to find
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"drover/generator/spec"
)

// Document is one IAM policy.
type Document struct {
	// Name is what the policy is for, such as apply-network. Those that begin with plan are for planning, and for
	// applying too; boundary is attached to nobody: it bounds the roles that are made.
	Name string
	JSON []byte
}

// longest is how many characters a managed policy may have, spaces not counted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const longest = 6144

// statement is a right in the making.
type statement struct {
	sid       string
	actions   []string
	resources []string // with placeholders; nil is every one
	when      condition
	deny      bool
	not       bool                     // the actions are those that it is not about
	only      func(spec.Spec) bool     // which specs need it; nil is all
	also      func(spec.Spec) []string // resources that the spec names
}

// condition is IAM's: operator, key, values with placeholders.
type condition map[string]map[string][]string

// Of are the documents for a spec's cluster.
func Of(c spec.Cluster) ([]Document, error) {
	if c.Spec.Platform != spec.AWS {
		return nil, fmt.Errorf("writing the rights for %s: only AWS has them, and this cluster is on %s", c.Metadata.Name, c.Spec.Platform)
	}
	if c.Spec.Account == "" {
		return nil, errors.New("writing the policies: they name the AWS account, and the spec does not; add account: \"123456789012\" below spec, with your own")
	}
	fill := placeholders(c)
	var documents []Document
	for _, part := range parts {
		text, err := part.document(c.Spec, fill)
		if err != nil {
			return nil, err
		}
		if text != nil {
			documents = append(documents, Document{Name: part.name, JSON: text})
		}
	}
	return documents, nil
}

// part is one policy document.
type part struct {
	name       string
	statements []statement
}

// parts are all documents. Each has to stay below IAM's limit for the largest spec.
var parts = []part{
	{"plan", slices.Concat(reads, stateReads)},
	{"apply-network", network},
	{"apply-cluster", slices.Concat(cluster, balancers)},
	{"apply-identity", slices.Concat(identity, keys)},
	{"apply-services", slices.Concat(logs, services)},
	{"apply-traffic", slices.Concat(traffic, stateWrites)},
	{"boundary", boundary},
}

// document is nil where a spec needs nothing of a part.
func (p part) document(s spec.Spec, fill *strings.Replacer) ([]byte, error) {
	d := policy{Version: "2012-10-17"}
	for _, st := range p.statements {
		if st.only == nil || st.only(s) {
			d.Statement = append(d.Statement, st.write(s, fill))
		}
	}
	if len(d.Statement) == 0 {
		return nil, nil
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the policy %s: %w", p.name, err)
	}
	if n := size(text); n > longest {
		return nil, fmt.Errorf("writing the policy %s: it has %d characters, and IAM takes %d", p.name, n, longest)
	}
	return append(text, '\n'), nil
}

// size is what IAM counts.
func size(text []byte) int {
	n := 0
	for _, r := range string(text) {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// policy and what is in it are IAM's own form.
type policy struct {
	Version   string
	Statement []allowed
}

type allowed struct {
	Sid       string
	Effect    string
	Action    []string  `json:",omitempty"`
	NotAction []string  `json:",omitempty"`
	Resource  []string  `json:",omitempty"`
	Condition condition `json:",omitempty"`
}

func (st statement) write(s spec.Spec, fill *strings.Replacer) allowed {
	a := allowed{Sid: st.sid, Effect: "Allow", Resource: []string{"*"}}
	if st.deny {
		a.Effect = "Deny"
	}
	actions := slices.Sorted(slices.Values(st.actions))
	if st.not {
		a.NotAction = actions
	} else {
		a.Action = actions
	}
	if st.resources != nil {
		a.Resource = filled(st.resources, fill)
	}
	if st.also != nil {
		a.Resource = filled(append(slices.Clone(st.resources), st.also(s)...), fill)
	}
	for operator, keys := range st.when {
		for key, values := range keys {
			if a.Condition == nil {
				a.Condition = condition{}
			}
			if a.Condition[operator] == nil {
				a.Condition[operator] = map[string][]string{}
			}
			a.Condition[operator][key] = filled(values, fill)
		}
	}
	return a
}

// filled writes the placeholders out. A value that is nothing then is left out: a spec need not have all of them.
func filled(values []string, fill *strings.Replacer) []string {
	var out []string
	for _, v := range values {
		if text := fill.Replace(v); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// placeholders are what statements say of a cluster. The names of roles and of the
// bucket are those of the modules: see their names.tf and flow_logs_bucket.tf.
func placeholders(c spec.Cluster) *strings.Replacer {
	name, s := c.Metadata.Name, c.Spec
	hash := func(length int, text string) string {
		sum := sha1.Sum([]byte(text)) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])[:length]
	}
	roles := hash(6, s.Region+"/"+name)
	cut := func(n int) string { return strings.TrimSuffix(name[:min(n, len(name))], "-") }
	return strings.NewReplacer(
		"{partition}", partition(s.Region), "{region}", s.Region, "{account}", s.Account, "{cluster}", name,
		"{foundation-role}", cut(34)+"-"+roles, "{blue-role}", cut(36)+"-blue-"+roles, "{green-role}", cut(36)+"-green-"+roles,
		"{flow-logs-bucket}", cut(34)+"-flow-logs-"+hash(12, s.Account+"/"+s.Region+"/"+name),
		"{bucket}", s.State.Bucket, "{domain}", strings.ToLower(s.Ingress.Domain), "{boundary}", s.Access.PermissionsBoundary,
	)
}

// partition is that of a region: China and the United States' government have their own.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// own is an ARN of the cluster's account and region.
func own(service, resource string) string {
	return "arn:{partition}:" + service + ":{region}:{account}:" + resource
}

// The tag that every root gives to all it makes.
const tag = "drover:cluster"

var (
	// tagsIt is for what is made, and gets the cluster's tag by that.
	tagsIt = condition{"StringEquals": {"aws:RequestTag/" + tag: {"{cluster}"}}}
	// tagged is for what has the cluster's tag.
	tagged = condition{"StringEquals": {"aws:ResourceTag/" + tag: {"{cluster}"}}}
)
