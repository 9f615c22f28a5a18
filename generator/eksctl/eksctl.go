// Package eksctl turns a ClusterConfig of eksctl into the text of a spec, and
// says of every field that could not be carried over why not.
//
// It must never pass over a field in silence, and never loosen what drover
// keeps closed: a public Kubernetes API without ranges becomes a private one.
package eksctl

import (
	"fmt"
	"slices"
	"strings"

	"drover/generator/draft"
	"drover/generator/spec"
	"drover/generator/untrusted"
)

// Note says what became of one field of the ClusterConfig.
type Note struct {
	File string
	Line int
	Path string
	Text string
}

// String is the note as a line for a person.
func (n Note) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", n.File, n.Line, untrusted.Clip(n.Path, mostShown), untrusted.Clip(n.Text, mostShown))
}

// mostShown is how many characters of a path or a text a note shows.
const mostShown = 400

// Known gives what a spec needs and a ClusterConfig says: platform, and name,
// region, network and an admin as far as they are there.
func Known(file string, data []byte) (spec.Cluster, error) {
	root, err := read(file, data)
	if err != nil {
		return spec.Cluster{}, err
	}
	var c spec.Cluster
	c.Metadata.Name = named(root.get("metadata", "name").string())
	c.Spec.Platform = spec.AWS
	c.Spec.Region = root.get("metadata", "region").string()
	c.Spec.Network.CIDR = root.get("vpc", "cidr").string()
	for _, n := range root.get("accessConfig", "accessEntries").list() {
		if who, policy := clusterPolicy(n); policy == adminPolicy && len(c.Spec.Access.Admins) == 0 {
			c.Spec.Access.Admins = []string{who}
		}
	}
	return c, nil
}

// Convert gives the text of a spec that says what the ClusterConfig in data
// does, with the name, platform, region, network, domain and admins of c. The
// text has no errors and no warnings.
func Convert(file string, data []byte, title string, c spec.Cluster) (string, []Note, error) {
	root, err := read(file, data)
	if err != nil {
		return "", nil, err
	}
	v := &conversion{file: file, c: c}
	v.c.Spec.Access.Admins = nil
	v.basics(root)
	v.network(root)
	v.access(root)
	for _, who := range c.Spec.Access.Admins {
		if !slices.Contains(v.c.Spec.Access.Admins, who) {
			v.c.Spec.Access.Admins = append(v.c.Spec.Access.Admins, who)
		}
	}
	v.boundary(root)
	v.pools(root)
	v.identities(root)
	v.rest(root)
	text, err := v.settle(title)
	slices.SortStableFunc(v.notes, func(a, b Note) int { return a.Line - b.Line })
	return text, v.notes, err
}

// conversion is a spec in the making.
type conversion struct {
	file    string
	c       spec.Cluster
	notes   []Note
	carried []carried
}

// carried is a field that was taken over, and how to do without it.
type carried struct {
	path string // of the spec
	from *node
	undo func()
}

func (v *conversion) note(n *node, format string, values ...any) {
	v.notes = append(v.notes, Note{v.file, n.line, n.path, fmt.Sprintf(format, values...)})
}

// drop says why a field that is there was not taken over.
func (v *conversion) drop(n *node, why string) {
	if n == nil {
		return
	}
	n.use()
	v.note(n, "not carried over: %s", why)
}

// carry remembers where a part of the spec is from.
func (v *conversion) carry(path string, from *node, undo func()) {
	if from != nil {
		v.carried = append(v.carried, carried{path, from, undo})
	}
}

// settle writes the text, and takes back what drover does not take, until it
// has no errors. Warnings are accepted: the cluster was like this before.
func (v *conversion) settle(title string) (string, error) {
	for {
		text, diagnostics, err := draft.Text(title, v.c)
		if err != nil {
			return "", err
		}
		again := false
		for _, d := range diagnostics.Errors() {
			again = v.takeBack(d) || again
		}
		for _, d := range diagnostics.Warnings() {
			if d.Code != "" && !diagnostics.HasErrors() {
				again = v.accept(d)
			}
		}
		if !again {
			if diagnostics.HasErrors() {
				return "", fmt.Errorf("what %s says makes no spec without errors:\n%w", v.file, diagnostics.Errors())
			}
			return text, nil
		}
	}
}

// takeBack does without the field that an error is about.
func (v *conversion) takeBack(d spec.Diagnostic) bool {
	for i, one := range v.carried {
		if d.Path != one.path && !strings.HasPrefix(d.Path, one.path+".") && !strings.HasPrefix(d.Path, one.path+"[") {
			continue
		}
		one.undo()
		v.carried = slices.Delete(v.carried, i, i+1)
		v.note(one.from, "not carried over: %s; %s", d.Message, d.Suggestion)
		return true
	}
	return false
}

func (v *conversion) accept(d spec.Diagnostic) bool {
	if slices.ContainsFunc(v.c.Spec.Accept, func(a spec.Acceptance) bool { return a.Warning == d.Code }) {
		return false
	}
	v.c.Spec.Accept = append(v.c.Spec.Accept, spec.Acceptance{Warning: d.Code, Reason: "taken over from eksctl; see whether it is still wanted"})
	from := &node{path: d.Path, line: 1}
	for _, one := range v.carried {
		if d.Path == one.path || strings.HasPrefix(d.Path, one.path+".") {
			from = one.from
		}
	}
	v.note(from, "carried over, and accepted as the warning %s: %s", d.Code, d.Message)
	return true
}
