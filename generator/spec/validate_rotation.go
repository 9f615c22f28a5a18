package spec

import (
	"fmt"
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
	v.checks("spec.rotation.verify", r.Verify)
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
