package eksctl

import (
	"slices"
	"strings"

	"drover/generator/spec"
)

// ofEveryNode are the policies that drover's nodes and add-ons have anyway.
var ofEveryNode = []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"}

// policies are the rights that eksctl attaches to a role: policies by their ARNs, and one that is written out.
func (v *conversion) policies(path string, arns, document *node, at func() **spec.Policies) {
	p := &spec.Policies{}
	for _, arn := range arns.strings() {
		if !slices.Contains(ofEveryNode, arn[strings.LastIndexByte(arn, '/')+1:]) {
			p.Managed = append(p.Managed, arn)
		}
	}
	p.Statements = v.statements(document)
	if len(p.Managed) == 0 && len(p.Statements) == 0 {
		return
	}
	*at() = p
	settled := func() {
		if p := *at(); p != nil && len(p.Managed) == 0 && len(p.Statements) == 0 {
			*at() = nil
		}
	}
	if len(p.Managed) > 0 {
		v.carry(path+".managed", arns, func() { p.Managed = nil; settled() })
	}
	if len(p.Statements) > 0 {
		v.carry(path+".statements", document, func() { p.Statements = nil; settled() })
	}
}

// statements are those of a policy, if a spec can say all of them: one that only denies some, or that holds on a
// condition, is more than its other half.
func (v *conversion) statements(document *node) []spec.Statement {
	if document == nil {
		return nil
	}
	document.get("Version").use()
	var out []spec.Statement
	for _, n := range document.get("Statement").list() {
		s := spec.Statement{Actions: oneOrMore(n.get("Action")), Resources: oneOrMore(n.get("Resource"))}
		n.get("Sid").use()
		n.get("Effect").use()
		if n.get("Effect").string() != "Allow" || s.Actions == nil || s.Resources == nil || slices.ContainsFunc(n.names, func(name string) bool { return !n.fields[name].touched() }) {
			v.drop(document, "only statements that allow actions on resources are, without conditions; write it to policies.statements by hand")
			return nil
		}
		out = append(out, s)
	}
	return out
}

// oneOrMore is a text, or a list of them.
func oneOrMore(n *node) []string {
	if one := n.string(); one != "" {
		return []string{one}
	}
	return n.strings()
}
