package spec

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// checkKinds are the fields of a check of which exactly one is set, in the order in which they are offered.
var checkKinds = []string{"kubernetes", "http", "dns", "prometheus", "cloudwatch", "webhook", "command", "parity"}

// kinds are the kinds that a check is of; one that is right has one.
func (c Check) kinds() (kinds []string) {
	for i, set := range []bool{c.Kubernetes != nil, c.HTTP != nil, c.DNS != nil, c.Prometheus != nil, c.CloudWatch != nil, c.Webhook != nil, c.Command != nil, c.Parity != nil} {
		if set {
			kinds = append(kinds, checkKinds[i])
		}
	}
	return kinds
}

// checks are those of a rotation. At least one has to come before any traffic.
func (v *validator) checks(path string, checks []Check) {
	if checks != nil && len(checks) == 0 {
		v.wrong(path, path+" is empty: a new cluster would take traffic unseen", "remove the line for a check of /, or write one: - http: {path: /healthz}")
	}
	before := false
	for i, check := range checks {
		v.check(fmt.Sprintf("%s[%d]", path, i), check)
		before = before || check.Asked(DuringVerify)
	}
	if len(checks) > 0 && !before && !v.failedWithin(path) {
		v.wrong(path, "no check of "+path+" is asked before any traffic: a new cluster would take traffic unseen", "add verify to the when of one, or write another: - http: {path: /healthz}")
	}
}

// when checks the occasions on which a check is asked.
func (v *validator) when(path string, when []string) {
	for i, occasion := range when {
		oneIs(v, fmt.Sprintf("%s[%d]", path, i), occasion)
	}
	v.unique(when, "the occasion", indexed(path))
	switch {
	case when != nil && len(when) == 0:
		v.wrong(path, path+" is empty: the check would never be asked", "remove the line for always, or write when: [verify]")
	case len(when) > 1 && slices.Contains(when, Always):
		v.wrong(path, path+" has always, and others beside it", "write when: [always], or leave always out")
	}
}

func (v *validator) check(path string, c Check) {
	given := len(c.kinds())
	if given == 0 && v.failedBelow[path] {
		return
	}
	if given == 0 {
		v.wrong(path, path+" checks nothing", "write one check in it, such as http: {path: /healthz}, or remove it")
		return
	}
	if given > 1 {
		v.wrong(path, fmt.Sprintf("%s holds %d checks, and an item is one", path, given), "put a dash before each: "+oneOf(checkKinds))
		return
	}
	v.when(path+".when", c.When)
	if c.Limits != nil {
		v.limits(path+".limits", *c.Limits)
	}
	if k := c.Kubernetes; k != nil {
		v.kubernetesCheck(path+".kubernetes", *k)
	}
	if h := c.HTTP; h != nil {
		v.httpCheck(path+".http", *h)
	}
	if p := c.Prometheus; p != nil {
		v.prometheus(path+".prometheus", *p)
		v.judgesColor(path+".prometheus", c)
		v.compares(path, c)
	}
	if d := c.DNS; d != nil {
		v.dnsCheck(path+".dns", *d)
	}
	if w := c.CloudWatch; w != nil {
		v.cloudWatch(path+".cloudwatch", *w)
		v.metricsOfColor(path+".cloudwatch", c)
	}
	if w := c.Webhook; w != nil {
		v.webhookCheck(path+".webhook", *w)
	}
	if p := c.Parity; p != nil {
		v.parityCheck(path+".parity", *p)
		if c.Occasions() != nil || c.Limits != nil {
			v.wrong(path, "parity is asked before any traffic, until it passes: it has no when and no limits", "remove them")
		}
	}
	if k := c.Command; k != nil {
		v.commandCheck(path+".command", *k)
	}
}

var variableName = form{lazily(`^[A-Za-z_][A-Za-z0-9_]*$`), "the name of an environment variable, without its value", "SMOKE_TOKEN"}

func (v *validator) commandCheck(path string, k CommandCheck) {
	if len(k.Run) == 0 {
		v.wrong(path+".run", path+".run names no program", "write run: [./smoke.sh]")
	}
	for i, argument := range k.Run {
		v.filled(fmt.Sprintf("%s.run[%d]", path, i), argument, true)
	}
	names := slices.Clone(k.Env)
	for i, name := range names {
		at := fmt.Sprintf("%s.env[%d]", path, i)
		if !strings.ContainsAny(name, "= ") {
			v.matches(at, name, variableName)
			continue
		}
		v.redact(v.where(at)) // a value may be a secret
		v.wrong(at, at+" holds more than the name of a variable", "write the name alone, and set the variable where drover runs")
		names[i] = "" // and is not quoted as one that is there twice either
	}
	v.unique(names, "the variable", indexed(path+".env"))
	v.positive(path+".timeout", k.Timeout, "10m")
}

var workload = form{lazily(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`), "a namespace, a slash and the name of a workload", "checkout/checkout"}

var namespace = form{lazily(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`), "the name of a namespace, or all", "checkout"}

func (v *validator) kubernetesCheck(path string, k KubernetesCheck) {
	oneIs(v, path+".nodesReady", k.NodesReady)
	if !bounds["spec.rotation.verify[].kubernetes.minNodes"].hold(k.MinNodes) {
		v.wrong(path+".minNodes", fmt.Sprintf("%s.minNodes is %d, and a number of nodes is not less than 0", path, k.MinNodes), "write minNodes: 3, or remove the line")
	}
	for i, w := range k.Workloads {
		v.matches(fmt.Sprintf("%s.workloads[%d]", path, i), w, workload)
	}
	v.unique(k.Workloads, "the workload", indexed(path+".workloads"))
	for i, n := range k.Namespaces {
		v.matches(fmt.Sprintf("%s.namespaces[%d]", path, i), n, namespace)
	}
	v.unique(k.Namespaces, "the namespace", indexed(path+".namespaces"))
	if len(k.Namespaces) > 1 && slices.Contains(k.Namespaces, "all") {
		v.wrong(path+".namespaces", path+".namespaces has all, and others beside it", "write namespaces: [all], or leave all out")
	}
	v.positive(path+".timeout", k.Timeout, "15m")
	if a := v.c.Spec.Access; v.rules.closed && len(a.Admins)+len(a.Operators) == 0 {
		v.warn(path, "", "the check asks the Kubernetes API, and nobody is given access to it", "name the role that drover runs as in spec.access.operators")
	}
}

func (v *validator) httpCheck(path string, h HTTPCheck) {
	v.filled(path+".path", h.Path, false)
	if h.Path != "" && (!strings.HasPrefix(h.Path, "/") || strings.ContainsAny(h.Path, " \t\r\n\\#") || strings.HasPrefix(h.Path, "//")) {
		help := "write it like /healthz"
		if u, err := url.Parse(h.Path); err == nil && u.Host != "" {
			help = "write " + u.RequestURI() + "; drover asks the new cluster's own host name"
		} else if !strings.HasPrefix(h.Path, "/") && !strings.ContainsAny(h.Path, " \t\r\n\\#") {
			help = "write /" + h.Path
		}
		v.wrong(path+".path", fmt.Sprintf("%s.path %q is not a path: it begins with one slash", path, h.Path), help)
	}
	if !bounds["spec.rotation.verify[].http.status"].hold(h.Status) {
		v.wrong(path+".status", fmt.Sprintf("%s.status is %d, which no server answers", path, h.Status), "write status: 200")
	}
	if !bounds["spec.rotation.verify[].http.samples"].hold(h.Samples) {
		v.wrong(path+".samples", fmt.Sprintf("%s.samples is %d, and a check makes 1 to 10000 requests", path, h.Samples), "write samples: 20")
	}
	v.positive(path+".maxLatency", h.MaxLatency, "500ms")
	if l := h.Latency; l != nil {
		v.latency(path+".latency", *l)
	}
	if c := h.Certificate; c != nil && !bounds[daysLeftAt].hold(c.DaysLeft) {
		v.wrong(path+".certificate.daysLeft", fmt.Sprintf("%s.certificate.daysLeft is %d, and no certificate is checked for fewer than 1 or more than 825 days", path, c.DaysLeft), "write daysLeft: 14")
	}
	v.positive(path+".timeout", h.Timeout, "10m")
}

func (v *validator) prometheus(path string, p PrometheusCheck) {
	v.filled(path+".url", p.URL, false)
	v.filled(path+".query", p.Query, false)
	if u, err := url.Parse(v.side().Fill(p.URL)); p.URL != "" && (err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "") {
		v.redactAddress(path+".url", p.URL)
		v.wrong(path+".url", path+".url is not the address of a Prometheus server", "write it like https://prometheus.example.com")
	} else if p.URL != "" && hasPassword(u) {
		v.redact(v.where(path + ".url"))
		v.wrong(path+".url", path+".url holds a password, and a spec never holds a secret", "remove it from the address")
	}
	switch {
	case p.Min == nil && p.Max == nil && p.Compare == nil:
		v.wrong(path, path+" has no bound, so that every value would pass", "add max: 0.1 or min: 1")
	case p.Min != nil && p.Max != nil && *p.Min > *p.Max:
		v.wrong(path+".min", fmt.Sprintf("%s.min is %v, more than max, which is %v: nothing would pass", path, *p.Min, *p.Max), "exchange the two", v.where(path+".max"))
	}
	v.positive(path+".timeout", p.Timeout, "5m")
}
