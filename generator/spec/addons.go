package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// addonRules are what one platform lets run in a cluster as its own add-ons.
type addonRules struct {
	always []string                  // a cluster without one of them does not work
	usual  []string                  // there unless the spec says none
	pinned string                    // the day on which the pins were written down
	pins   map[int]map[string]string // minor version of Kubernetes -> add-on -> version
	known  []string                  // further add-ons, for near misses
	build  form                      // of a version
	follow string                    // the add-on whose version is that of Kubernetes, or older
}

// withoutAddon is what a spec says of an add-on that it does without.
const withoutAddon = "none"

// Addons are the add-ons of the cluster, and the version of each: what the
// spec says, else what is pinned for its version of Kubernetes, else "", which
// leaves the choice to the platform. The pins are part of drover and not asked
// of the platform, so that the same spec is rendered alike everywhere; what is
// asked is written beside the files of a color when it is built.
func (c Cluster) Addons() map[string]string {
	rules, k := rulesOf[c.Spec.Platform].addons, c.Spec.Kubernetes
	pins := rules.pins[minorOf(k.Version)]
	all := map[string]string{}
	for _, name := range slices.Concat(rules.always, rules.usual) {
		all[name] = pins[name]
	}
	maps.Copy(all, k.Addons)
	maps.DeleteFunc(all, func(_, version string) bool { return version == withoutAddon })
	return all
}

// UnsaidAddons are the add-ons whose version the spec does not say.
func (c Cluster) UnsaidAddons() []string {
	var names []string
	for name := range c.Addons() {
		if _, said := c.Spec.Kubernetes.Addons[name]; !said {
			names = append(names, name)
		}
	}
	return sorted(names)
}

// minorOf is 33 for 1.33, and -1 for what is no minor version.
func minorOf(version string) int {
	m := minorVersion.FindStringSubmatch(version)
	if m == nil {
		return -1
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return -1
	}
	return n
}

func (v *validator) addons() {
	k, rules := v.c.Spec.Kubernetes, v.rules.addons
	const path = "spec.kubernetes.addons"
	if rules.build.pattern == nil {
		if len(k.Addons) > 0 {
			v.wrong(path, fmt.Sprintf("%s is for AWS; on %s the platform chooses what runs in a new cluster", path, v.rules.name), "remove the lines")
		}
		return
	}
	known := slices.Concat(rules.always, rules.usual, rules.known)
	for _, name := range sortedKeys(k.Addons) {
		v.addon(path+"."+name, name, k.Addons[name], known)
	}
	if _, pinned := rules.pins[minorOf(k.Version)]; pinned || minorOf(k.Version) < v.rules.oldest {
		return
	}
	unpinned := []string{}
	for name, version := range v.c.Addons() {
		if version == "" {
			unpinned = append(unpinned, name)
		}
	}
	if len(unpinned) > 0 {
		v.unwise("unpinned-addons", "spec.kubernetes.version", fmt.Sprintf("this drover has no versions of add-ons for Kubernetes %s: %s takes its own of that day, and the next color may get others",
			k.Version, v.rules.name), "write the versions of "+strings.Join(sorted(unpinned), ", ")+" in "+path)
	}
}

func (v *validator) addon(path, name, version string, known []string) {
	rules := v.rules.addons
	if !slices.Contains(known, name) {
		if near := nearest(name, known); near != "" {
			v.errorAt(path, "did you mean "+near+"?", v.nameAt(path), fmt.Sprintf("%s has no add-on %q", v.rules.name, name))
			return
		}
		v.unwise("unknown-addon", path, fmt.Sprintf("this drover knows no add-on %q of %s", name, v.rules.name), "see whether the platform offers it")
	}
	switch {
	case version == withoutAddon && slices.Contains(rules.always, name):
		v.wrong(path, fmt.Sprintf("a cluster without the add-on %s does not work", name), "remove the line, or write a version")
	case version == withoutAddon:
	case !v.matches(path, version, rules.build):
	case name == rules.follow && minorOf(minorIn(version)) > minorOf(v.c.Spec.Kubernetes.Version):
		v.wrong(path, fmt.Sprintf("%s %s is newer than Kubernetes %s, which no cluster allows", name, version, v.c.Spec.Kubernetes.Version), "write one of "+v.c.Spec.Kubernetes.Version+", or remove the line for the version that fits")
	}
}

// minorIn is 1.33 for v1.33.3-eksbuild.4.
func minorIn(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
