package spec

import (
	"fmt"
	"slices"
	"time"
)

const (
	// supportNotice is how long before its end a version is warned of. AWS announces an end at least as long before:
	// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#version-faqs
	supportNotice = 60
	// pinsAge is how old the versions of add-ons may be that a drover brings: EKS has a newer one of each about every month.
	pinsAge = 180
)

// agingCodes are the warnings of Aging, which a spec may accept at any time.
var agingCodes = []string{"old-pins", "out-of-support", "support-ends"}

// Aging is what becomes unwise about a spec by itself, as time goes by. It is apart from validation, which says the same
// of a spec on every day.
func Aging(file string, c Cluster, now time.Time) Diagnostics {
	var out Diagnostics
	r := rulesOf[c.Spec.Platform]
	say := func(code, path, message, help string) {
		if slices.ContainsFunc(c.Spec.Accept, func(a Acceptance) bool { return a.Warning == code }) {
			return
		}
		at := PlacesIn(file).At(path)
		out = append(out, Diagnostic{File: file, Line: at.Line, Column: at.Column, Excerpt: at.Excerpt, Path: path, Severity: Warning, Code: code,
			Message: message, Suggestion: help + "; or accept it: spec.accept: [{warning: " + code + ", reason: …}]"})
	}
	const version = "spec.kubernetes.version"
	minor := minorOf(c.Spec.Kubernetes.Version)
	newer := fmt.Sprintf(`write "1.%d", which is a rotation`, r.newest)
	if ends, known := r.ends[minor]; known && minor >= r.supported && c.Spec.Kubernetes.Support != "extended" {
		switch left := daysUntil(ends, now); {
		case left <= 0:
			say("out-of-support", version, fmt.Sprintf("%s has ended its standard support of Kubernetes %s on %s: it upgrades such a cluster by itself, and in place", r.name, c.Spec.Kubernetes.Version, ends), newer)
		case left <= supportNotice:
			say("support-ends", version, fmt.Sprintf("%s ends its standard support of Kubernetes %s on %s, in %d days: it then upgrades the cluster by itself, and in place", r.name, c.Spec.Kubernetes.Version, ends, left), newer)
		}
	}
	if age := -daysUntil(r.addons.pinned, now); r.addons.pinned != "" && age > pinsAge && c.usesPins() {
		say("old-pins", version, fmt.Sprintf("the versions of add-ons that this drover brings are those of %s, %d days ago", r.addons.pinned, age), "use a newer drover, or write the versions in spec.kubernetes.addons")
	}
	return out
}

// InStandardSupport is whether the platform still has the spec's version of Kubernetes in standard support, as far as this
// drover knows.
func (c Cluster) InStandardSupport(now time.Time) bool {
	r, minor := rulesOf[c.Spec.Platform], minorOf(c.Spec.Kubernetes.Version)
	ends, known := r.ends[minor]
	return minor >= r.supported && (!known || daysUntil(ends, now) > 0)
}

// daysUntil is how many days a date, such as 2026-12-02, is away; it is over on that day.
func daysUntil(date string, now time.Time) int {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0
	}
	return int(at.Sub(now.UTC().Truncate(24*time.Hour)) / (24 * time.Hour))
}

// usesPins is whether an add-on has the version that this drover brings.
func (c Cluster) usesPins() bool {
	pins := rulesOf[c.Spec.Platform].addons.pins[minorOf(c.Spec.Kubernetes.Version)]
	for name, addon := range c.Addons() {
		if c.Spec.Kubernetes.Addons[name].Version == "" && addon.Version != "" && pins[name] == addon.Version {
			return true
		}
	}
	return false
}
