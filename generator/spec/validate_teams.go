package spec

import (
	"fmt"
	"slices"
)

// teamNamespace is the name of a namespace, or a pattern of names, which EKS takes in the scope of an access policy:
// https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
var teamNamespace = form{lazily(`^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$`), "the name of a namespace, in which * stands for any part", "checkout"}

// teams checks who has access to some namespaces only. A principal can have several roles, and each once.
func (v *validator) teams(a Access) {
	const path = "spec.access.teams"
	if len(a.Teams) > 0 && !v.rules.closed {
		v.wrong(path, path+" is for AWS; on "+v.rules.name+" give access to namespaces by RBAC", "remove the lines")
		return
	}
	for i, t := range a.Teams {
		at := fmt.Sprintf("%s[%d]", path, i)
		if t.Principal != "" {
			v.principal(at+".principal", t.Principal)
		}
		oneIs(v, at+".role", t.Role)
		v.some(at+".namespaces", t.Namespaces, "EKS takes no such scope", "name some, or remove the item")
		for j, name := range t.Namespaces {
			where := fmt.Sprintf("%s.namespaces[%d]", at, j)
			if v.matches(where, name, teamNamespace) && name == "*" {
				v.wrong(where, "every namespace is not some of them", "name the role in spec.access.viewers or spec.access.admins, or name namespaces")
			}
		}
		switch {
		case slices.Contains(a.Admins, t.Principal):
			v.wrong(at+".principal", t.Principal+" is an admin, who may do everything everywhere", "remove the item")
		case t.Role == "view" && (slices.Contains(a.Viewers, t.Principal) || slices.Contains(a.Operators, t.Principal)):
			v.wrong(at+".role", t.Principal+" sees every namespace already", "write edit or admin, or remove the item")
		}
	}
	v.unique(namesOf(a.Teams, func(t Team) string {
		if t.Principal == "" || t.Role == "" {
			return ""
		}
		return t.Role + " for " + t.Principal
	}), "the role", field(path, "role"))
}
