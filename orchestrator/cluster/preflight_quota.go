package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"drover/generator"
	"drover/generator/spec"
	"drover/orchestrator/color"
	"drover/orchestrator/platform"
)

// quotaSuffices compares what a build takes with the account's quotas and the free addresses of its subnets. What
// nobody could tell stops it too, unless a person has accepted that.
func (p *preflight) quotaSuffices(ctx context.Context) (string, error) {
	need, unasked, err := p.need(ctx)
	if err != nil {
		return "", err
	}
	shortages, err := p.ports.Cloud.Quota(ctx, need)
	if err != nil {
		return "", fmt.Errorf("asking for quotas: %w", err)
	}
	var fails, tight, unknown []string
	for _, s := range append(shortages, unasked...) {
		line := "  " + describeShortage(s)
		switch {
		case s.Unknown != "":
			unknown = append(unknown, line)
		case s.Fails():
			fails = append(fails, line)
		default:
			tight = append(tight, line)
		}
	}
	if len(fails) > 0 {
		return "", refuse(fmt.Sprintf("%s does not fit into this account:\n%s", p.to, strings.Join(append(fails, tight...), "\n")),
			"raise the quotas (Service Quotas, in the account and region of the spec), or remove what is not needed; nothing was built")
	}
	details := []string{"quotas suffice"}
	for _, c := range []struct {
		accept string
		lines  []string
		what   string
		next   string
	}{
		{spec.TightQuotas, tight, "the other color may not fit beside this one, or pools may not grow to their max", "raise the quotas, or lower max"},
		{spec.UnknownQuotas, unknown, "quotas could not be asked", "have these questions allowed for the credentials"},
	} {
		if len(c.lines) == 0 {
			continue
		}
		if !p.Spec.Accepts(c.accept) {
			return "", refuse(fmt.Sprintf("%s:\n%s", c.what, strings.Join(c.lines, "\n")), c.next+"; or accept it: "+acceptance(c.accept))
		}
		p.Observer.Progress(fmt.Sprintf("preflight: accepted: %s:\n%s", c.what, strings.Join(c.lines, "\n")))
		details = append(details, fmt.Sprintf("%d accepted (%s)", len(c.lines), c.accept))
	}
	return strings.Join(details, ", "), nil
}

// acceptance is what to write into a spec.
func acceptance(code string) string {
	return "spec.accept: [{warning: " + code + ", reason: …}]"
}

func describeShortage(s platform.Shortage) string {
	name := s.What
	if s.Code != "" {
		name += " (" + s.Code + ")"
	}
	if s.Unknown != "" {
		return name + ": " + s.Unknown
	}
	more := fmt.Sprintf("%d more are needed", s.Needed)
	if s.Most != s.Needed {
		more += fmt.Sprintf(", and up to %d when pools grow and both colors stand", s.Most)
	}
	return fmt.Sprintf("%s: limit %d, in use %d, %s", name, s.Limit, s.Used, more)
}

// need is what is taken from now on: of a first build by the network too, and by subnets where they stand already.
func (p *preflight) need(ctx context.Context) (platform.Need, []platform.Shortage, error) {
	n := colorNeed(p.Spec.Spec)
	if p.at != beforeRotation { // a rotation finds the other color among what is used
		n.Colors = 2
	}
	if p.at == beforeFoundation {
		addNetwork(&n, p.Spec.Spec.Network)
		return n, nil, nil
	}
	subnets, err := p.subnets(ctx)
	if err != nil {
		return n, nil, err
	}
	if subnets == nil {
		return n, []platform.Shortage{{What: "free addresses of the subnets", Unknown: "the foundation does not name them in its outputs"}}, nil
	}
	n.Subnets = subnets.of(p.to, p.Spec.Spec)
	return n, nil, nil
}

// colorNeed is what a color takes wherever it stands.
func colorNeed(s spec.Spec) platform.Need {
	n := platform.Need{Clusters: 1, Balancers: 1, Listeners: 2, Targets: 2}
	rules := 2 * len(s.Ingress.Allow) // for each of the two ports
	if m := s.Ingress.Management; m != nil {
		n.Balancers, n.Targets = 2, 4
		rules = max(rules, 2*len(m.Allow)+2) // the last two are the VPN's
	}
	// The cluster's own: who reaches the API, the load balancers' ports, and the nodes among each other.
	n.Rules = max(rules, len(s.Access.Allow)+2+n.Targets+1)
	for _, pool := range s.NodePools {
		n.Pools = append(n.Pools, platform.Machines{Pool: pool.Name, Types: pool.Machines, Spot: pool.Capacity == "spot", Min: pool.Min, Max: pool.Max})
	}
	return n
}

func addNetwork(n *platform.Need, network spec.Network) {
	if network.Adopt == nil {
		n.Networks = 1
	}
	switch network.NAT {
	case "per-zone":
		n.Addresses = network.Zones
	case "single":
		n.Addresses = 1
	}
}

// subnets are the foundation's outputs about them.
type subnets struct {
	ids   map[string][]string // by tier, in the order of the zones
	zones []string
	pods  map[string]map[string]string // by color and zone
}

// subnets reads them; nil if the foundation does not name them.
func (p *preflight) subnets(ctx context.Context) (*subnets, error) {
	outputs, err := p.foundationOutputs(ctx)
	if err != nil {
		return nil, err
	}
	var s subnets
	for name, into := range map[string]any{"subnet_ids": &s.ids, "zones": &s.zones, "pod_subnets": &s.pods} {
		if text, has := outputs[name]; has {
			if err := json.Unmarshal(text, into); err != nil {
				return nil, fmt.Errorf("reading the output %s of the foundation: %w", name, err)
			}
		}
	}
	if len(s.ids) == 0 {
		return nil, nil
	}
	return &s, nil
}

func (p *preflight) foundationOutputs(ctx context.Context) (map[string]json.RawMessage, error) {
	stack, err := p.prepareEnd(ctx, generator.Foundation, p.emit)
	if err != nil {
		return nil, err
	}
	outputs, err := stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of the foundation: %w", err)
	}
	return outputs, nil
}

// of is what a color puts into its subnets, and into those that load balancers share.
func (s *subnets) of(c color.Color, sp spec.Spec) []platform.Subnet {
	ownPods := len(s.pods[string(c)]) > 0
	inside, public := 0, 0 // load balancers
	for _, visibility := range visibilities(sp.Ingress) {
		if visibility == "internal" {
			inside++
		} else {
			public++
		}
	}
	var list []platform.Subnet
	for i, id := range s.ids[string(c)] {
		least, most := nodesIn(sp.NodePools, i+1, len(s.ids[string(c)]))
		list = append(list, platform.Subnet{ID: id, Nodes: true, Pods: !ownPods, Min: least, Max: most, Balancers: inside})
		if ownPods && i < len(s.zones) {
			list = append(list, platform.Subnet{ID: s.pods[string(c)][s.zones[i]], Pods: true, Min: least, Max: most})
		}
	}
	for _, id := range s.ids["public"] {
		if public > 0 {
			list = append(list, platform.Subnet{ID: id, Balancers: public})
		}
	}
	return list
}

func visibilities(in spec.Ingress) []string {
	list := []string{in.Visibility}
	if in.Management != nil {
		list = append(list, in.Management.Visibility)
	}
	return list
}

// nodesIn is how many nodes one zone has of all pools, at the beginning and at most; pools spread evenly over their zones.
func nodesIn(pools []spec.NodePool, zone, zones int) (least, most int) {
	for _, p := range pools {
		over := len(p.Zones)
		if over == 0 {
			over = zones
		} else if !slices.Contains(p.Zones, zone) {
			continue
		}
		least, most = least+(p.Min+over-1)/over, most+(p.Max+over-1)/over
	}
	return least, most
}
