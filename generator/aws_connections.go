package generator

import (
	"net/netip"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// awsConnections are the foundation's arguments for other networks, and for a
// second range of its own.
func awsConnections(n spec.Network, plan Addresses) []attribute {
	var out []attribute
	if plan.Pods.IsValid() {
		out = append(out, gap, attribute{"pods", object(
			attribute{"cidr", text(plan.Pods.String())},
			attribute{"blue", plan.texts(func(z netplan.Zone) netip.Prefix { return z.BluePods })},
			attribute{"green", plan.texts(func(z netplan.Zone) netip.Prefix { return z.GreenPods })},
		)})
	}
	if len(n.Peerings) > 0 {
		out = append(out, gap, attribute{"peerings", mapping(byName(n.Peerings, func(p spec.Peering) string { return p.Name }), awsPeering)})
	}
	if t := n.TransitGateway; t != nil {
		out = append(out, gap, attribute{"transit_gateway", object(
			attribute{"id", text(t.ID)},
			attribute{"subnets", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Transit })},
			attribute{"ranges", texts(t.CIDRs)},
		)})
	}
	return out
}

// awsSubnets are the subnets that are made, and what is used that exists.
func awsSubnets(n spec.Network, plan Addresses) []attribute {
	var out []attribute
	if n.Adopt != nil {
		use := []attribute{{"vpc_id", text(n.Adopt.Network)}}
		if s := n.Adopt.Subnets; s != nil {
			use = append(use, attribute{"subnets", object(
				attribute{"public", texts(s.Public)}, attribute{"data", texts(s.Data)},
				attribute{"blue", texts(s.Blue)}, attribute{"green", texts(s.Green)},
			)})
		}
		out = append(out, attribute{"adopt", object(use...)})
	}
	if plan.Adopted {
		return out
	}
	return append(out, attribute{"subnets", object(
		attribute{"public", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Public })},
		attribute{"data", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Data })},
		attribute{"blue", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Blue })},
		attribute{"green", plan.texts(func(z netplan.Zone) netip.Prefix { return z.Green })},
	)})
}

func awsPeering(p spec.Peering) hclwrite.Tokens {
	out := []attribute{{"vpc_id", text(p.Network)}, {"ranges", texts(p.CIDRs)}}
	if p.Account != "" {
		out = append(out, attribute{"account", text(p.Account)})
	}
	if p.Region != "" {
		out = append(out, attribute{"region", text(p.Region)})
	}
	return object(out...)
}
