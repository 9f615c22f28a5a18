package spec

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones are checked on machines without their data too
)

func (v *validator) rotation() {
	r := v.c.Spec.Rotation
	v.positive("spec.rotation.maxAge", r.MaxAge, "30d")
	v.positive("spec.rotation.soak", r.Soak, "1h")
	v.positive("spec.rotation.quiet", r.Quiet, "3m")
	if v.has("spec.rotation.keepBlue") && r.KeepBlue == 0 {
		v.unwise("no-rollback-window", "spec.rotation.keepBlue", "the old color goes as soon as the new one has soaked, and from then on there is nothing to go back to", "write keepBlue: 24h, or remove the line for that default")
	}
	if r.Schedule != "" {
		v.schedule("spec.rotation.schedule", r.Schedule)
	}
	if r.Window != nil {
		v.window("spec.rotation.window", *r.Window)
	}
	if r.Verify != nil && len(r.Verify) == 0 {
		v.wrong("spec.rotation.verify", "spec.rotation.verify is empty: a new cluster would take traffic unseen", "remove the line for a check of /, or write one: - http: {path: /healthz}")
	}
	for i, check := range r.Verify {
		v.check(fmt.Sprintf("spec.rotation.verify[%d]", i), check)
	}
	for i, api := range r.AcceptRemoved {
		v.matches(fmt.Sprintf("spec.rotation.acceptRemoved[%d]", i), api, removedAPI)
	}
	v.unique(r.AcceptRemoved, "the API", indexed("spec.rotation.acceptRemoved"))
	v.oneParity(r)
	v.traffic(r.Traffic)
	v.handover(r)
	v.volumes(r.Volumes)
	for i, a := range r.Approvals {
		oneIs(v, fmt.Sprintf("spec.rotation.approvals[%d]", i), a)
	}
	v.unique(r.Approvals, "the approval", indexed("spec.rotation.approvals"))
	oneIs(v, "spec.rotation.onFailure", r.OnFailure)
}

var removedAPI = form{lazily(`^[a-z0-9.-]+/v[0-9]+((alpha|beta)[0-9]+)?/[a-z0-9-]+$`), "a group, a version and a resource", "flowcontrol.apiserver.k8s.io/v1beta3/flowschemas"}

func (v *validator) traffic(t Traffic) {
	path := "spec.rotation.traffic.steps"
	if len(t.Steps) == 0 {
		v.wrong(path, path+" is empty: traffic would never move", "write steps: [5, 25, 50, 100], or remove the line for that default")
	}
	for i, step := range t.Steps {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !bounds["spec.rotation.traffic.steps[]"].hold(step):
			v.wrong(at, fmt.Sprintf("%s is %d, and a step is a percentage from 1 to 100", at, step), "write steps: [5, 25, 50, 100]")
		case i > 0 && step <= t.Steps[i-1]:
			v.wrong(at, fmt.Sprintf("%s is %d, not more than the step before it, %d", at, step, t.Steps[i-1]), "write steps that rise, such as [5, 25, 50, 100]; going back is what a rollback does")
		case i == len(t.Steps)-1 && step != 100:
			v.wrong(at, fmt.Sprintf("the last step is %d, so that the old cluster would keep %d%% of the traffic for ever", step, 100-step), "add 100 as the last step")
		}
	}
	v.positive("spec.rotation.traffic.interval", t.Interval, "5m")
	ttl := "spec.rotation.traffic.ttl"
	if v.positive(ttl, t.TTL, "60s") && t.TTL.Std()%time.Second != 0 {
		v.wrong(ttl, ttl+" is a number of whole seconds", "write it like 60s")
	} else if t.TTL > Duration(time.Hour) {
		v.wrong(ttl, fmt.Sprintf("%s is %s: a rollback would take as long", ttl, t.TTL), "write 60s; at most 1h")
	}
	if fixed := v.rules.recordTTL; t.TTL > 0 && t.TTL < fixed {
		v.wrongUnlessAccepted("short-ttl", ttl, fmt.Sprintf("%s is %s, and resolvers keep the records of a load balancer on %s for %s, whatever a spec says", ttl, t.TTL, v.rules.name, fixed), "write "+fixed.String()+", or remove the line for that default")
	}
	v.health(t.Health)
	if t.Interval > 0 && t.Interval < t.TTL {
		v.unwise("short-interval", "spec.rotation.traffic.interval", fmt.Sprintf("a step of %s is shorter than the time to live, %s: traffic has not arrived when it is judged", t.Interval, t.TTL), "write an interval of at least "+t.TTL.String())
	}
}

// health checks what the platform asks each color.
func (v *validator) health(h *HealthCheck) {
	const path = "spec.rotation.traffic.health"
	if h == nil || !v.has(path) {
		return
	}
	if !openToAll(v.c.Spec.Ingress) {
		v.wrong(path, "the platform asks from anywhere on the internet, and the ingress is not open to all of it", "remove the lines: a color without a healthy node is taken out all the same", v.where("spec.ingress"))
		return
	}
	if !oneIs(v, path+".protocol", h.Protocol) {
		return
	}
	if h.Protocol == "tcp" && h.Path != "" {
		v.wrong(path+".path", "a connection by tcp has no path", "write protocol: https, or remove the path")
	} else if h.Protocol != "tcp" && !strings.HasPrefix(h.Path, "/") {
		v.wrong(path+".path", fmt.Sprintf("%s.path %q does not begin with a slash", path, h.Path), "write /"+h.Path)
	}
	if h.Port != 80 && h.Port != 443 {
		v.wrong(path+".port", fmt.Sprintf("%s.port is %d, and the load balancers listen on 80 and 443", path, h.Port), "write 443, or remove the line")
	}
}

func (v *validator) check(path string, c Check) {
	given := 0
	for _, set := range []bool{c.Kubernetes != nil, c.HTTP != nil, c.Prometheus != nil, c.Command != nil, c.Parity != nil} {
		if set {
			given++
		}
	}
	if given == 0 && v.failedBelow[path] {
		return
	}
	if given == 0 {
		v.wrong(path, path+" checks nothing", "write one check in it, such as http: {path: /healthz}, or remove it")
		return
	}
	if given > 1 {
		v.wrong(path, fmt.Sprintf("%s holds %d checks, and an item is one", path, given), "put a dash before each: kubernetes, http, prometheus, command or parity")
		return
	}
	if k := c.Kubernetes; k != nil {
		v.kubernetesCheck(path+".kubernetes", *k)
	}
	if h := c.HTTP; h != nil {
		v.httpCheck(path+".http", *h)
	}
	if p := c.Prometheus; p != nil {
		v.prometheus(path+".prometheus", *p)
	}
	if p := c.Parity; p != nil {
		v.parityCheck(path+".parity", *p)
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
	v.positive(path+".timeout", h.Timeout, "10m")
}

func (v *validator) prometheus(path string, p PrometheusCheck) {
	if u, err := url.Parse(p.URL); p.URL != "" && (err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "") {
		v.redactAddress(path+".url", p.URL)
		v.wrong(path+".url", path+".url is not the address of a Prometheus server", "write it like https://prometheus.example.com")
	} else if p.URL != "" && hasPassword(u) {
		v.redact(v.where(path + ".url"))
		v.wrong(path+".url", path+".url holds a password, and a spec never holds a secret", "remove it from the address")
	}
	switch {
	case p.Min == nil && p.Max == nil:
		v.wrong(path, path+" has no bound, so that every value would pass", "add max: 0.1 or min: 1")
	case p.Min != nil && p.Max != nil && *p.Min > *p.Max:
		v.wrong(path+".min", fmt.Sprintf("%s.min is %v, more than max, which is %v: nothing would pass", path, *p.Min, *p.Max), "exchange the two", v.where(path+".max"))
	}
	v.positive(path+".timeout", p.Timeout, "5m")
}

var timeOfDay = form{lazily(`^([01][0-9]|2[0-3]):[0-5][0-9]$`), "hours and minutes, in quotes", `"02:00"`}

func (v *validator) window(path string, w Window) {
	for i, d := range w.Days {
		at := fmt.Sprintf("%s.days[%d]", path, i)
		if upper := strings.ToUpper(d); upper != d && len(upper) >= 3 && isWeekday(upper[:3]) {
			v.wrong(at, fmt.Sprintf("%s %q is not how a spec writes a day", at, d), "write "+upper[:3])
			continue
		}
		oneIs(v, at, d)
	}
	v.unique(w.Days, "the day", indexed(path+".days"))
	if w.Days != nil && len(w.Days) == 0 {
		v.wrong(path+".days", path+".days is empty: the window would never open", "name days, or remove the line for every day")
	}
	if w.From != "" {
		v.matches(path+".from", w.From, timeOfDay)
	}
	if w.To != "" {
		v.matches(path+".to", w.To, timeOfDay)
	}
	if w.From == w.To && w.From != "" {
		v.wrong(path+".to", "the window ends when it begins", "write a later time, or an earlier one for the next day", v.where(path+".from"))
	}
	if _, err := time.LoadLocation(w.Timezone); err != nil || w.Timezone == "Local" {
		v.wrong(path+".timezone", fmt.Sprintf("there is no time zone %q", w.Timezone), "write it like Europe/Amsterdam or UTC")
	}
}

func isWeekday(day string) bool {
	return slices.Contains(choices["spec.rotation.window.days[]"], day)
}
