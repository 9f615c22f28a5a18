package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"drover/generator/spec"
)

// The longest waits of a rehearsal. Each is long enough that what it waits for can be seen, and no longer.
const (
	longestInterval = 10 * time.Second
	longestSoak     = 15 * time.Second
	longestQuiet    = 15 * time.Second // metrics come every two seconds
	longestKeep     = 15 * time.Second
	longestTTL      = defaultTTL
)

// edit changes one field of a spec file. A nil value removes it.
type edit struct {
	path  string // dots between names, below spec; empty changes nothing
	value any
	note  string // for people: what was changed, and from what; empty when another edit says it
}

// shorten says what a rehearsal changes in a spec: waits that a person would not sit through are cut, nobody is
// asked, and checks that nobody answers are left out. Nothing else is changed.
func shorten(c spec.Cluster, answers answering) []edit {
	r := c.Spec.Rotation
	var edits []edit
	for _, wait := range []struct {
		path    string
		is      spec.Duration
		longest time.Duration
	}{
		{"rotation.traffic.interval", r.Traffic.Interval, longestInterval},
		{"rotation.traffic.ttl", r.Traffic.TTL, longestTTL},
		{"rotation.soak", r.Soak, longestSoak},
		{"rotation.quiet", r.Quiet, longestQuiet},
		{"rotation.keepBlue", r.KeepBlue, longestKeep},
	} {
		if wait.is.Std() > wait.longest {
			to := spec.Duration(wait.longest).String()
			edits = append(edits, edit{wait.path, to, fmt.Sprintf("%s is %s instead of %s", wait.path, to, wait.is)})
		}
	}
	accepted := slices.ContainsFunc(c.Spec.Accept, func(a spec.Acceptance) bool { return a.Warning == "short-ttl" })
	if r.Traffic.TTL.Std() > longestTTL && !accepted {
		edits = append(edits, acceptShortTTL(c))
	}
	if g := c.Spec.GitOps; g != nil && g.Credentials != nil && g.Credentials.Vault == "" {
		// A stranger's spec may name any variable of this machine. The vault is the rehearsal's own.
		edits = append(edits, edit{"gitops.credentials", nil, "the repository is read without " + g.Credentials.Env})
	}
	if len(r.Approvals) > 0 {
		edits = append(edits, edit{"rotation.approvals", []string{}, "no approval is required for " + strings.Join(r.Approvals, " and ")})
	}
	if r.Window != nil {
		edits = append(edits, edit{"rotation.window", nil, "the rotation window is ignored"})
	}
	if receivers := c.Spec.Notify; len(receivers) > 0 {
		// A stranger's spec may name any address, and any variable of this machine.
		edits = append(edits, edit{"notify", nil, "no message is sent to " + namesOf(receivers)})
	}
	edits = append(edits, onIPv4(c)...)
	switch {
	case c.Spec.GitOps == nil:
	case answers.gitops:
		edits = append(edits, gitOpsEdits(c.Spec.GitOps)...)
	default:
		edits = append(edits, edit{"gitops", nil, "GitOps is off, so nothing from the repository is installed; --repository DIR rehearses it with a checkout"})
	}
	edits = append(edits, handoverEdits(c.Spec, answers)...)
	return append(edits, checksThatAnswer(r.Verify, answers)...)
}

// onIPv4 has a cluster of IPv6 rehearsed on IPv4: what stands for load balancers here has addresses of this machine's
// loopback, of which there is one of IPv6 only. Ranges of IPv6 go with it.
func onIPv4(c spec.Cluster) []edit {
	if !c.Spec.Network.IPv6() {
		return nil
	}
	edits := []edit{{"network.ipFamily", nil, "the cluster is rehearsed on IPv4; its IPv6 records are not tested"}}
	allow := slices.DeleteFunc(slices.Clone(c.Spec.Ingress.Allow), func(text string) bool { return strings.Contains(text, ":") })
	if len(allow) == 0 {
		return append(edits, edit{path: "ingress.allow"})
	}
	return append(edits, edit{path: "ingress.allow", value: allow})
}

// acceptShortTTL keeps the copy valid: on AWS a spec may not say that its records live for as short as a rehearsal's do.
func acceptShortTTL(c spec.Cluster) edit {
	accepted := []map[string]string{}
	for _, a := range c.Spec.Accept {
		accepted = append(accepted, map[string]string{"warning": a.Warning, "reason": a.Reason})
	}
	return edit{path: "accept", value: append(accepted, map[string]string{
		"warning": "short-ttl", "reason": fmt.Sprintf("the records of a rehearsal live for %s", longestTTL),
	})}
}

// notes are what edits say to people.
func notes(edits []edit) []string {
	list := []string{}
	for _, e := range edits {
		if e.note != "" {
			list = append(list, e.note)
		}
	}
	return list
}

// apply makes edits in a spec file. Everything else in it stays as it was written, but for comments and layout.
func apply(data []byte, edits []edit) ([]byte, error) {
	var file map[string]any
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("reading the spec: %w", err)
	}
	for _, e := range edits {
		if e.path == "" {
			continue
		}
		at := file
		names := strings.Split("spec."+e.path, ".")
		for _, name := range names[:len(names)-1] {
			below, ok := at[name].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[name] = below
			}
			at = below
		}
		last := names[len(names)-1]
		if e.value == nil {
			delete(at, last)
		} else {
			at[last] = e.value
		}
	}
	edited, err := yaml.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("writing the rehearsal's copy of the spec: %w", err)
	}
	return edited, nil
}

// nextMinor is 1.34 for 1.33.
func nextMinor(version string) (string, error) {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return "", fmt.Errorf("finding the next minor version after %q: %w", version, err)
	}
	return fmt.Sprintf("%d.%d", major, minor+1), nil
}

// namesOf are the receivers of messages, by their names.
func namesOf(receivers []spec.Receiver) string {
	names := make([]string, len(receivers))
	for i, r := range receivers {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}
