package spec

import (
	"fmt"
	"slices"
	"strings"
)

func (v *validator) management(in Ingress) {
	m := in.Management
	if m == nil {
		return
	}
	const path = "spec.ingress.management"
	v.managementDomain(path+".domain", in)
	v.sources(path+".allow", m.Allow, m.Visibility)
	v.proxyProtocol(path, m.ProxyProtocol)
	if slices.Contains(m.Allow, "0.0.0.0/0") {
		v.unwise("open-management", path+".allow", "the management interfaces are open to everyone on the internet", "name the addresses of your office or VPN")
	}
	if !oneIs(v, path+".visibility", m.Visibility) || m.Visibility != "public" {
		return
	}
	if in.Visibility == "internal" {
		v.wrong(path+".visibility", "nobody on the internet could find public management interfaces: an internal ingress has a private zone, which holds their names",
			"write visibility: internal, or make the ingress public", v.where("spec.ingress.visibility"))
	}
	if m.Allow == nil && !v.silent(path+".allow") {
		v.wrong(path+".visibility", "public management interfaces need to know whom they are for: spec.ingress.management.allow is missing",
			"add allow: [203.0.113.0/24], with your own addresses, or write visibility: internal")
	}
}

// managementDomain checks a domain whose records are in the zone of the
// ingress's, beside the names of the colors.
func (v *validator) managementDomain(path string, in Ingress) {
	m := in.Management
	if !v.domain(path, m.Domain) || !domainName.MatchString(in.Domain) {
		return
	}
	first, _, _ := strings.Cut(m.Domain, ".")
	below, under := strings.CutSuffix(m.Domain, "."+in.Domain)
	switch color := below[strings.LastIndex(below, ".")+1:]; {
	case m.Domain == in.Domain:
		v.wrong(path, "the management interfaces and the applications share one domain", "write ops."+in.Domain)
	case !under:
		v.wrong(path, fmt.Sprintf("%s %q is not below %s, whose zone has to hold its records", path, m.Domain, in.Domain), fmt.Sprintf("write %s.%s", first, in.Domain), v.where("spec.ingress.domain"))
	case color == "blue" || color == "green":
		v.wrong(path, fmt.Sprintf("%s.%s is the name of %s alone, and the management interfaces are those of the active color", color, in.Domain, color),
			fmt.Sprintf("write ops.%s; drover makes %s.ops.%s beside it", in.Domain, color, in.Domain))
	}
}
