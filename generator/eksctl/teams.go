package eksctl

import (
	"slices"
	"strconv"
	"strings"

	"drover/generator/spec"
)

// teamRoles are what a spec calls EKS's policies for namespaces.
var teamRoles = map[string]string{"AmazonEKSAdminPolicy": "admin", "AmazonEKSEditPolicy": "edit", "AmazonEKSViewPolicy": "view"}

// teams takes over an entry whose policies are all for some namespaces.
func (v *conversion) teams(n *node) bool {
	policies := n.get("accessPolicies").list()
	if len(policies) == 0 || len(n.get("kubernetesGroups").list()) > 0 || n.get("kubernetesUsername") != nil {
		return false
	}
	var teams []spec.Team
	for _, p := range policies {
		arn := p.get("policyARN").string()
		role := teamRoles[arn[strings.LastIndexByte(arn, '/')+1:]]
		if role == "" || !strings.EqualFold(p.get("accessScope", "type").string(), "namespace") {
			return false
		}
		teams = append(teams, spec.Team{Principal: n.get("principalARN").string(), Role: role, Namespaces: p.get("accessScope", "namespaces").strings()})
	}
	n.get("type").use()
	a := &v.c.Spec.Access
	for _, t := range teams {
		v.carry("spec.access.teams["+strconv.Itoa(len(a.Teams))+"]", n, func() {
			a.Teams = slices.DeleteFunc(a.Teams, func(have spec.Team) bool { return have.Principal == t.Principal })
		})
		a.Teams = append(a.Teams, t)
	}
	return true
}
