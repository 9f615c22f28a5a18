package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"drover/orchestrator/rotation"
)

// domainIsDelegated asks whether the parent of a new public zone leads to it. As long as it does not, nobody finds the
// domain, certificates are not issued, and no check of a name could pass.
func (p *preflight) domainIsDelegated(ctx context.Context) (string, error) {
	in := p.Spec.Spec.Ingress
	if in.Zone != "create" || in.Visibility == "internal" { // a private zone has no parent
		return "", nil
	}
	outputs, err := p.foundationOutputs(ctx)
	if err != nil {
		return "", err
	}
	var servers []string
	if err := json.Unmarshal(outputs["zone_name_servers"], &servers); err != nil || len(servers) == 0 {
		return "", fmt.Errorf("the foundation has no output zone_name_servers that drover can read: write outputs.tf again with `drover generate`")
	}
	found, err := p.ports.DNS.Delegation(ctx, in.Domain)
	if err != nil {
		return "", fmt.Errorf("asking whether %s is delegated to its zone: %w", in.Domain, err)
	}
	if foreign := without(found, servers); len(found) > 0 && len(foreign) == 0 {
		return in.Domain + " is delegated", nil
	}
	return "", &rotation.Waiting{Phase: "apply", For: p.toDelegate(in.Domain, found, servers), Next: p.command("apply")}
}

// toDelegate is what a person has to do.
func (p *preflight) toDelegate(domain string, found, servers []string) string {
	now := "its parent has no NS records for it"
	if len(found) > 0 {
		now = "its parent leads to " + strings.Join(found, ", ") + " instead"
	}
	var records []string
	for _, server := range servers {
		records = append(records, fmt.Sprintf("  %s. 3600 IN NS %s.", domain, canonical(server)))
	}
	return fmt.Sprintf("a person: %s is not delegated to its new zone, as %s. Set these records at the registrar, or in the zone of the parent domain:\n%s\n"+
		"The foundation stands, and no cluster was built. When they are set, run %s; it resumes there", domain, now, strings.Join(records, "\n"), p.command("apply"))
}

// without are the names of a list that another one does not have.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool {
		return slices.ContainsFunc(other, func(o string) bool { return canonical(o) == canonical(name) })
	})
}

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
