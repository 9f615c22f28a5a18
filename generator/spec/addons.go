package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
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
func (c Cluster) Addons() map[string]Addon {
	rules, k := rulesOf[c.Spec.Platform].addons, c.Spec.Kubernetes
	pins := rules.pins[minorOf(k.Version)]
	all := map[string]Addon{}
	for _, name := range slices.Concat(rules.always, rules.usual) {
		all[name] = Addon{Version: pins[name]}
	}
	for name, addon := range k.Addons {
		if addon.Version == "" {
			addon.Version = pins[name]
		}
		all[name] = addon
	}
	maps.DeleteFunc(all, func(_ string, addon Addon) bool { return addon.Version == withoutAddon })
	return all
}

var addonType = reflect.TypeFor[Addon]()

// version is where the version is decoded to, when nothing else is written.
func (a *Addon) version() reflect.Value { return reflect.ValueOf(&a.Version).Elem() }

// UnmarshalJSON also reads what earlier releases kept of a rotation under way: the version alone.
func (a *Addon) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &a.Version) == nil {
		return nil
	}
	type plain Addon
	if err := json.Unmarshal(data, (*plain)(a)); err != nil {
		return fmt.Errorf("reading an add-on: %w", err)
	}
	return nil
}

// UnsaidAddons are the add-ons whose version the spec does not say.
func (c Cluster) UnsaidAddons() []string {
	var names []string
	for name := range c.Addons() {
		if c.Spec.Kubernetes.Addons[name].Version == "" {
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
	for name, addon := range v.c.Addons() {
		if addon.Version == "" {
			unpinned = append(unpinned, name)
		}
	}
	if len(unpinned) > 0 {
		v.unwise("unpinned-addons", "spec.kubernetes.version", fmt.Sprintf("this drover has no versions of add-ons for Kubernetes %s: %s takes its own of that day, and the next color may get others",
			k.Version, v.rules.name), "write the versions of "+strings.Join(sorted(unpinned), ", ")+" in "+path)
	}
}

func (v *validator) addon(path, name string, addon Addon, known []string) {
	rules, version := v.rules.addons, addon.Version
	if !slices.Contains(known, name) {
		if near := nearest(name, known); near != "" {
			v.errorAt(path, "did you mean "+near+"?", v.nameAt(path), fmt.Sprintf("%s has no add-on %q", v.rules.name, name))
			return
		}
		v.unwise("unknown-addon", path, fmt.Sprintf("this drover knows no add-on %q of %s", name, v.rules.name), "see whether the platform offers it")
	}
	v.addonValues(path+".configuration", name, addon)
	path += ".version"
	switch {
	case version == "":
	case version == withoutAddon && slices.Contains(rules.always, name):
		v.wrong(path, fmt.Sprintf("a cluster without the add-on %s does not work", name), "remove the line, or write a version")
	case version == withoutAddon:
	case !v.matches(path, version, rules.build):
	case name == rules.follow && minorOf(minorIn(version)) > minorOf(v.c.Spec.Kubernetes.Version):
		v.wrong(path, fmt.Sprintf("%s %s is newer than Kubernetes %s, which no cluster allows", name, version, v.c.Spec.Kubernetes.Version), "write one of "+v.c.Spec.Kubernetes.Version+", or remove the line for the version that fits")
	}
}

// addonValues checks what an add-on is configured with. Which names and forms each version takes, EKS knows.
func (v *validator) addonValues(path, name string, addon Addon) {
	object := addon.Configuration.Object()
	switch {
	case addon.Configuration == "":
		return
	case addon.Version == withoutAddon:
		v.wrong(path, "an add-on to do without has no configuration", "remove one of the two")
		return
	case len(addon.Configuration) > mostText:
		v.wrong(path, fmt.Sprintf("%s has %d characters, more than %d", path, len(addon.Configuration), mostText), "keep what differs from the add-on's defaults")
	}
	if name == "vpc-cni" {
		v.environment(path, object)
	}
	for _, key := range sortedKeys(v.ownValues(name)) {
		if ours := v.ownValues(name)[key]; holds(object, strings.Split(key, ".")) {
			v.wrong(path+"."+key, fmt.Sprintf("drover sets %s of the add-on %s itself, to %s", key, name, ours), "remove it")
		}
	}
}

// environment checks the settings of the network plugin that become variables of its environment: EKS takes texts only,
// as the add-on's schema says.
func (v *validator) environment(path string, object map[string]any) {
	env, _ := object["env"].(map[string]any)
	for _, name := range sortedKeys(env) {
		if _, text := env[name].(string); !text {
			v.wrong(path+".env."+name, fmt.Sprintf("%s.env.%s is no text, and EKS takes nothing else in an environment", path, name), "put it in quotes")
		}
	}
}

// ownValues are the settings of an add-on that drover makes, by their path, and to what.
func (v *validator) ownValues(name string) map[string]string {
	if name != "vpc-cni" {
		return nil
	}
	own := map[string]string{"enableNetworkPolicy": "true: network policies are enforced"}
	if v.c.Spec.Network.Pods != "" {
		const why = "what spec.network.pods needs"
		for _, key := range []string{"eniConfig", "env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "env.ENABLE_PREFIX_DELEGATION", "env.ENI_CONFIG_LABEL_DEF"} {
			own[key] = why
		}
	}
	return own
}

// holds tells whether there is anything at a path.
func holds(object map[string]any, path []string) bool {
	value, there := object[path[0]]
	if len(path) == 1 || !there {
		return there
	}
	below, isObject := value.(map[string]any)
	return isObject && holds(below, path[1:])
}

// minorIn is 1.33 for v1.33.3-eksbuild.4.
func minorIn(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
