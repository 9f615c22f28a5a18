package generator

import (
	"fmt"
	"net/netip"
	"sync"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"drover/generator/netplan"
	"drover/generator/spec"
)

// Addresses is the address plan of a cluster.
type Addresses struct {
	netplan.Plan
	Services map[Root]netip.Prefix // the half of the range for services that each color has
	Adopted  bool                  // the subnets are someone else's, so that no zone is planned
}

// AddressesOf plans the addresses of a cluster. Each color has half of the
// range for services, so that these are told apart in logs and by peers.
func AddressesOf(c spec.Cluster) (Addresses, error) {
	cidr, err := netip.ParsePrefix(c.Spec.Network.CIDR)
	if err != nil {
		return Addresses{}, fmt.Errorf("reading spec.network.cidr: %w", err)
	}
	services, err := netip.ParsePrefix(c.Spec.Network.Services)
	if err != nil {
		return Addresses{}, fmt.Errorf("reading spec.network.services: %w", err)
	}
	blue, green := netplan.Halves(services)
	halves := map[Root]netip.Prefix{Blue: blue, Green: green}
	if c.Spec.Network.AdoptsSubnets() {
		return Addresses{Plan: netplan.Plan{CIDR: cidr}, Services: halves, Adopted: true}, nil
	}
	plan, err := netplan.Layout(cidr, c.Spec.Network.Zones)
	if err != nil {
		return Addresses{}, err
	}
	if c.Spec.Network.Egress.Mode == "restricted" {
		plan = plan.WithFirewall()
	}
	if c.Spec.Network.TransitGateway != nil {
		plan = plan.WithTransit()
	}
	if c.Spec.Network.Pods != "" {
		pods, err := netip.ParsePrefix(c.Spec.Network.Pods)
		if err != nil {
			return Addresses{}, fmt.Errorf("reading spec.network.pods: %w", err)
		}
		if plan, err = plan.WithPods(pods); err != nil {
			return Addresses{}, err
		}
	}
	return Addresses{Plan: plan, Services: halves}, nil
}

// texts lists one subnet of every zone.
func (a Addresses) texts(of func(netplan.Zone) netip.Prefix) hclwrite.Tokens {
	items := make([]string, len(a.Zones))
	for i, z := range a.Zones {
		items[i] = of(z).String()
	}
	return texts(items)
}

// mainFile is main.tf: the call of the root's module.
func mainFile(c spec.Cluster, r Root, b backend, arguments []attribute) []byte {
	return source(func(body *hclwrite.Body) {
		if r != Foundation {
			foundationState(body, c, b)
		}
		call := []attribute{{"source", text(fmt.Sprintf("../../%s/%s/%s", modulesDir, c.Spec.Platform, r.module()))}, gap}
		block(body, "module", []string{r.module()}, append(call, arguments...)...)
	})
}

// outputsFile is outputs.tf: it passes the outputs of the module on.
func outputsFile(module string, outputs []output) []byte {
	return source(func(body *hclwrite.Body) {
		for i, o := range outputs {
			if i > 0 {
				body.AppendNewline()
			}
			out := block(body, "output", []string{o.name},
				attribute{"description", text(o.description)}, attribute{"value", reference("module", module, o.name)})
			if o.sensitive {
				fill(out, attribute{"sensitive", boolean(true)})
			}
		}
	})
}

// trafficVariables is variables.tf of the traffic root, the same of all.
var trafficVariables = sync.OnceValue(func() []byte {
	color := object(
		attribute{"dns_name", word("string")}, attribute{"zone_id", word("string")}, attribute{"weight", word("number")})
	return source(func(body *hclwrite.Body) {
		block(body, "variable", []string{"colors"},
			attribute{"description", text("The colors that exist: their load balancer, and their share of the traffic. drover writes them to colors.auto.tfvars.json.")},
			attribute{"type", hclwrite.TokensForFunctionCall("map", hclwrite.TokensForFunctionCall("object", color))},
		)
	})
})

// requiredVersion is what the root's backend needs, and what the spec asks for.
func requiredVersion(c spec.Cluster, b backend) string {
	if asked := c.Spec.Terraform.Version; asked != "" && asked != spec.TerraformVersion {
		return b.needs + ", " + asked
	}
	return b.needs
}

// tags are the tags of every resource of a root: drover's own, by which it
// finds what belongs to a color, and the labels of the spec.
func tags(c spec.Cluster, r Root) hclwrite.Tokens {
	all := map[string]string{}
	for key, value := range c.Metadata.Labels {
		all[key] = value
	}
	all["drover:cluster"] = c.Metadata.Name
	all["drover:root"] = string(r)
	all["managed-by"] = "drover"
	if r.color() != "" {
		all["drover:color"] = r.color()
	}
	return mapping(all, text)
}

// byName makes a map of items by their unique names.
func byName[T any](items []T, name func(T) string) map[string]T {
	out := make(map[string]T, len(items))
	for _, item := range items {
		out[name(item)] = item
	}
	return out
}
