package spec

import "fmt"

// AdoptsSubnets tells whether the subnets are someone else's, and with them
// their routes and ways out.
func (n Network) AdoptsSubnets() bool { return n.Adopt != nil && n.Adopt.Subnets != nil }

// adopted checks what is to be used as it is.
func (v *validator) adopted(n Network) {
	const path = "spec.network.adopt"
	switch {
	case n.Adopt == nil:
		return
	case v.rules.subnet.pattern == nil:
		v.forAWS(path, "cluster in a network that exists")
		return
	}
	if n.Adopt.Network != "" {
		v.matches(path+".network", n.Adopt.Network, v.rules.peer)
	}
	if v.has("spec.network.flowLogs") {
		v.wrong("spec.network.flowLogs", "flow logs are of the whole network, and that is not drover's when it is adopted", "remove it; the network's owner keeps its flow logs", v.where(path))
	}
	if n.Adopt.Subnets != nil {
		v.adoptedSubnets(n, path+".subnets")
	}
}

func (v *validator) adoptedSubnets(n Network, path string) {
	var ids, paths []string
	for _, tier := range n.Adopt.Subnets.tiers() {
		at := path + "." + tier.name
		if len(tier.ids) != n.Zones && v.has(at) {
			v.wrong(at, fmt.Sprintf("%s has %d subnets, and the cluster spans %d zones", at, len(tier.ids), n.Zones), "name one subnet for each zone, in the same order in each tier")
		}
		for i, id := range tier.ids {
			p := fmt.Sprintf("%s[%d]", at, i)
			v.matches(p, id, v.rules.subnet)
			ids, paths = append(ids, id), append(paths, p)
		}
	}
	v.unique(ids, "the subnet", func(i int) string { return paths[i] })
	for _, of := range []string{"zones", "nat", "egress", "endpoints", "pods", "peerings", "transitGateway"} {
		if p := "spec.network." + of; v.has(p) {
			v.wrong(p, p+" is of no use with adopted subnets, whose routes are their owner's", "remove it, or let drover make the subnets", v.where(path))
		}
	}
}

// tiers are the subnets by the names of their fields.
func (s AdoptSubnets) tiers() []struct {
	name string
	ids  []string
} {
	return []struct {
		name string
		ids  []string
	}{{"public", s.Public}, {"data", s.Data}, {"blue", s.Blue}, {"green", s.Green}}
}

func (v *validator) zoneID(in Ingress) {
	const path = "spec.ingress.zoneId"
	switch {
	case in.ZoneID == "":
	case v.rules.zoneID.pattern == nil:
		v.forAWS(path, "use of a zone's id")
	case in.Zone != "adopt":
		v.wrong(path, "a zone that is made has no id yet", "write zone: adopt, or remove the id", v.where("spec.ingress.zone"))
	default:
		v.matches(path, in.ZoneID, v.rules.zoneID)
	}
}
