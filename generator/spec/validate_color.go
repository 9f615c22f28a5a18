package spec

import (
	"net/url"
	"slices"
	"strings"
)

// side is one color of the spec, as the texts of its checks name it: what is filled in has the form that it has of the other.
func (v *validator) side() Side { return v.c.Side("green") }

// Side is a color as the texts of checks name it.
func (c Cluster) Side(color string) Side {
	other := "blue"
	if color == other {
		other = "green"
	}
	return Side{Color: color, Other: other, Cluster: c.Metadata.Name + "-" + color, Host: color + "." + c.Spec.Ingress.Domain}
}

// judgesColor checks that a query says something of the color that is judged: by the server that is asked, or by what
// is asked of it.
func (v *validator) judgesColor(path string, c Check) {
	p := *c.Prometheus
	if v.failedWithin(path) || p.URL == "" || marked(p.Query) && !v.weighted(p.URL) || marked(host(p.URL)) {
		return
	}
	switch {
	case v.weighted(p.URL):
		v.unwise("colorless-query", path+".url", "the address leads to the color that DNS gives traffic to, which is the old one until it moves: the check would judge that", "write "+v.ownName(p.URL))
	case c.Asked(DuringShift) || c.Asked(DuringSoak):
		v.unwise("colorless-query", path+".query", "neither the address nor the query has the color, so that both colors together are judged",
			`name it in the query, such as {cluster="{{cluster}}"}, or in the address`)
	}
}

// marked tells whether a text differs by color.
func marked(text string) bool {
	return slices.ContainsFunc(placeholders, func(name string) bool { return strings.Contains(text, "{{"+name+"}}") })
}

// host is the host of an address that may have placeholders; what no address is has none.
func host(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// weighted tells whether a name moves with the weights: the domain's and the management domain's do, with all names
// below, but for those of one color.
func (v *validator) weighted(address string) bool {
	u, err := url.Parse(v.side().Fill(address))
	if err != nil {
		return false
	}
	domain := v.c.Spec.Ingress.Domain
	below := "." + u.Hostname()
	if domain == "" || !strings.HasSuffix(below, "."+domain) {
		return false
	}
	if m := v.c.Spec.Ingress.Management; m != nil && m.Domain != "" && strings.HasSuffix(below, "."+m.Domain) {
		domain = m.Domain
	}
	return !strings.HasSuffix(below, ".blue."+domain) && !strings.HasSuffix(below, ".green."+domain)
}

// ownName is the address with the judged color's own name for a weighted one.
func (v *validator) ownName(address string) string {
	domain := v.c.Spec.Ingress.Domain
	if m := v.c.Spec.Ingress.Management; m != nil && m.Domain != "" && strings.Contains(host(address), m.Domain) {
		domain = m.Domain
	}
	at := host(address)
	return strings.Replace(address, at, strings.Replace(at, domain, "{{color}}."+domain, 1), 1)
}
